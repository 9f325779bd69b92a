"""The official client, unmodified, against a running server. Its arguments: the server's address, the keys of an account
of tier developer and of one of tier hobby, a key that may only read, and the address of a server that imports slowly."""

import sys
import time

from korely_memory import (
    APIError,
    AuthenticationError,
    Korely,
    NamespaceForbiddenError,
    NotFoundError,
    QuotaExceededError,
    TooManyBatchesError,
)

url, developer, hobby, read_only, slow_url = sys.argv[1:]


def refused(kind, call):
    try:
        answer = call()
    except APIError as error:
        assert type(error) is kind, repr(error)
        assert error.message, repr(error)
        return error
    raise AssertionError(f"answered: {answer}")


def finished(client, job):
    while job.status not in ("completed", "failed"):
        time.sleep(0.2)
        job = client.batch_status(job.id)
    return job


client = Korely(api_key=developer, base_url=url)
ping = client.ping()
assert ping.ok and ping.tier == "developer", ping
assert ping.scopes == ["memories:read", "memories:write"], ping

# A batch, and what became of it.
job = client.batch([
    {"content": "Ada likes tea", "user_id": "ada", "timestamp": "2026-05-04T10:30:00Z", "metadata": {"row": 1}},
    {"content": " "},
    {"content": "Ada moved to Lyon", "user_id": "ada", "agent_id": "crm", "run_id": "r1", "timestamp": "2026-05-05"},
])
assert (job.status, job.received, job.imported, job.failed, job.errors) == ("pending", 3, 0, 0, []), job
job = finished(client, job)
assert (job.status, job.received, job.imported, job.failed) == ("completed", 3, 2, 1), job
assert job.errors == [{"index": 1, "error": "content must not be empty"}], job

# One memory, and what is there.
memory = client.add("Ada speaks French", user_id="ada", agent_id="crm", metadata={"row": 2}, kind="session")
assert memory.id.startswith("mem_") and memory.content == "Ada speaks French", memory
assert (memory.user_id, memory.agent_id, memory.run_id, memory.kind) == ("ada", "crm", None, "session"), memory
assert memory.metadata == {"row": 2} and memory.facts == [] and memory.created_at == memory.updated_at, memory
talk = client.add([{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}], timestamp="2026-05-06")
assert talk.content == "user: Hello\nassistant: Hi" and talk.kind == "note", talk
page = client.get_all(user_id="ada", limit=2)
assert page.total == 3 and [m.content for m in page] == ["Ada speaks French", "Ada moved to Lyon"], page
assert [m.content for m in client.get_all(user_id="ada", limit=2, offset=2)] == ["Ada likes tea"]
assert [m.content for m in client.get_all(agent_id="crm", run_id="r1")] == ["Ada moved to Lyon"]
assert [m.content for m in client.get_all(agent_id="crm", exclude_sessions=True)] == ["Ada moved to Lyon"]
assert client.get_all().total == 4

# What is refused, by the client's classes.
error = refused(AuthenticationError, Korely(api_key="kor_self_nobodys", base_url=url).ping)
assert (error.status, error.code) == (401, "invalid_key"), error
error = refused(NotFoundError, lambda: client.batch_status("job_" + "f" * 32))
assert (error.status, error.code) == (404, "not_found"), error
reader = Korely(api_key=read_only, base_url=url)
assert reader.batch_status(job.id).errors == job.errors
error = refused(NamespaceForbiddenError, lambda: reader.batch([{"content": "c"}]))
assert error.code == "forbidden" and "memories:write" in error.message, error
error = refused(APIError, lambda: client.batch([{"content": "c"}, {"content": "c", "timestamp": "soon"}]))
assert (error.status, error.code) == (422, "invalid_request"), error
assert error.message.startswith("memories[1].timestamp"), error
error = refused(APIError, lambda: client.batch([]))
assert error.message.startswith("memories "), error

# The limits of a month: 1,000 memories, 2 agents.
small = Korely(api_key=hobby, base_url=url)
for agent in ("one", "two"):
    small.add("c", agent_id=agent)
error = refused(NamespaceForbiddenError, lambda: small.add("c", agent_id="three"))
assert error.code == "agent_cap_exceeded", error
for count in (500, 498):
    assert finished(small, small.batch([{"content": "c"}] * count)).imported == count
for call in (lambda: small.batch([{"content": "c"}]), lambda: small.add("c")):
    error = refused(QuotaExceededError, call)
    assert (error.code, error.limit, error.used, error.retry_after) == ("quota_exceeded", 1000, 1000, None), error
    assert error.resets_at.endswith("-01"), error

# Three batches at once.
slow = Korely(api_key=developer, base_url=slow_url)
running = [slow.batch([{"content": "slow"}] * 100) for _ in range(3)]
error = refused(TooManyBatchesError, lambda: slow.batch([{"content": "c"}]))
assert (error.code, error.retry_after) == ("too_many_batches", None), error
for job in running:
    assert finished(slow, job).imported == 100
