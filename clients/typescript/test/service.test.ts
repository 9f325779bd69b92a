/** The real Worker. What the variables are, the test says that runs this. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { ApiError, BatchClient, type BatchError, UnverifiedError, verifyWebhook } from "../src/index.ts";

const { BATCH_URL = "", SLOW_URL = "", BATCH_KEY = "", OTHER_KEY = "", REVOKED_KEY = "" } = process.env;

const client = new BatchClient(BATCH_URL, BATCH_KEY, { patience: 900 });
const other = new BatchClient(BATCH_URL, OTHER_KEY, { patience: 300 });
const slow = new BatchClient(SLOW_URL, OTHER_KEY, { patience: 300 });

/** So many memories of which nothing is wrong. */
function notes(count: number): { content: string }[] {
  return Array.from({ length: count }, (_, at) => ({ content: `memory ${at}` }));
}

async function refused(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(() => assert.fail("it was not refused"), (error: unknown) => error);
  assert.ok(error instanceof ApiError && error.requestId, String(error));
  return error;
}

test("many memories land in batches, and what fails is told by its place among all", async () => {
  const memories = notes(1_201);
  for (const at of [3, 700, 1_200]) memories[at] = { content: " " };
  const seen: number[] = [];
  const lines = memories.map((_, at) => at + 2);
  const done = await other.import(memories, { label: "notes", lines, onProgress: (so) => seen.push(so.imported) });
  assert.deepEqual([done.received, done.imported, done.failed], [1_201, 1_198, 3]);
  assert.deepEqual(done.errors.map(({ at }) => at), [3, 700, 1_200]);
  assert.ok(seen.every((count, at) => count >= (seen[at - 1] ?? 0)) && seen.at(-1) === 1_198, seen.join());
  const failed = await Array.fromAsync(other.items(done.parts[1]?.job.id ?? "", "failed"));
  assert.deepEqual(failed.map(({ index, line }) => [index, line]), [[200, 702]]);
});

test("all items of a job are reached over pages", async () => {
  const done = await other.import(notes(250));
  const items = await Array.fromAsync(other.items(done.parts[0]?.job.id ?? ""));
  assert.deepEqual(items.map(({ index }) => index), notes(250).map((_, at) => at));
});

test("a batch of none or of too many is refused by the server", async () => {
  for (const count of [0, 501]) {
    const error = await refused(client.post({ memories: notes(count) }));
    assert.deepEqual([error.status, error.code], [422, "invalid_request"]);
    assert.match(error.message, /^memories must hold 1 to 500 memories/);
  }
  assert.equal((await refused(client.import([]))).code, "invalid_request");
});

test("a job id that is none is not found", async () => {
  for (const id of ["job_8f2c", "../ping", `job_${"f".repeat(32)}`]) {
    const calls = [
      () => client.status(id),
      () => client.wait(id),
      () => client.cancel(id),
      () => client.retry(id),
      () => client.items(id).next(),
    ];
    for (const call of calls) assert.equal((await refused(call())).code, "not_found", id);
  }
});

test("a dry run foretells and usage counts", async () => {
  const forecast = await client.dryRun({ memories: [{ content: "Ada prefers tea" }, { content: " " }] });
  assert.deepEqual([forecast.would_import, forecast.would_fail, forecast.errors[0]?.index], [1, 1, 1]);
  assert.equal((await client.usage()).writes.limit, 1_000_000);
});

test("what was cancelled is sent again and lands", async () => {
  const posted = await slow.post({ memories: notes(60) });
  assert.equal((await refused(slow.retry(posted.id))).code, "job_not_final");
  const cancelled = await slow.cancel(posted.id);
  assert.equal(cancelled.status, "failed");
  assert.deepEqual(await slow.cancel(posted.id), cancelled);
  const again = await slow.retry(posted.id);
  assert.equal(again.received, cancelled.failed);
  const ended = await slow.wait(again.id);
  assert.deepEqual([ended.status, ended.imported], ["completed", again.received]);
  assert.equal((await refused(slow.retry(posted.id))).code, "nothing_to_retry");
});

test("a key that is revoked in mid-import stops it, and what was taken is told", async () => {
  const revoked = new BatchClient(SLOW_URL, REVOKED_KEY, { patience: 300 });
  const error = await refused(revoked.import(notes(20_000)));
  assert.equal(error.code, "invalid_key");
  const soFar = (error as BatchError).soFar;
  assert.ok(soFar && soFar.received >= 500 && soFar.received < 20_000 && soFar.imported > 0);
});

test("a webhook is believed if it is signed with the secret, and only then", async (context) => {
  const receiver = createServer();
  context.after(() => receiver.close().closeAllConnections());
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const address = receiver.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`;
  const authorization = `Bearer ${BATCH_KEY}`;
  const body = JSON.stringify({ url, events: ["batch.completed"] });
  const made = await fetch(`${BATCH_URL}/v1/webhooks`, { method: "POST", headers: { authorization }, body });
  const { secret } = (await made.json()) as { secret: string };

  const done = await client.import(notes(2), { wait: false });
  const [request, answer] = await once(receiver, "request");
  let came = "";
  for await (const chunk of request) came += chunk;
  answer.end();
  const headers = new Headers(request.headers);
  const event = await verifyWebhook(secret, headers, came);
  assert.deepEqual([event.data.id, event.data.imported], [done.parts[0]?.job.id, 2]);

  const wrong = "whsec_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=";
  await assert.rejects(verifyWebhook(wrong, headers, came), UnverifiedError);
  await assert.rejects(verifyWebhook("whsec_?", headers, came), UnverifiedError);
  await assert.rejects(verifyWebhook(secret, headers, `${came} `), UnverifiedError);
  for (const [name, value] of [["timestamp", "1700000000"], ["signature", "v1,"], ["id", "another"], ["id", ""]]) {
    const changed = new Headers(headers);
    changed.set(`webhook-${name}`, value ?? "");
    await assert.rejects(verifyWebhook(secret, changed, came), UnverifiedError, name);
  }
});
