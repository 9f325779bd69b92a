/** What the client says of answers that are not the API's, and that it comes to an end whatever it meets. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test, type TestContext } from "node:test";
import {
  ApiError,
  BatchClient,
  BatchError,
  ConnectionError,
  GaveUpError,
  NotTheApiError,
  UnverifiedError,
  verifyWebhook,
} from "../src/index.ts";
import { answer, JOB, job, refusal, serve } from "./server.ts";

const HTML = "<html><body>Sign in to the wireless network</body></html>";

/** Asks for a job of a server that says these, and returns how that ended and what the server got to see. */
async function asked(context: TestContext, ...replies: (string | undefined)[]) {
  const server = await serve(context, ...replies);
  const done = await server.client().status(JOB).catch((error: unknown) => error);
  return { done, received: server.received };
}

function isError<E extends BatchError>(error: unknown, kind: new (...args: never[]) => E): E {
  assert.ok(error instanceof kind, String(error));
  return error;
}

test("HTML and half a JSON are said to be no answer of the API, at once", async (context) => {
  const html = await asked(context, answer(200, "Content-Type: text/html\r\n", HTML));
  assert.match(isError(html.done, NotTheApiError).message, /200, text\/html: "<html>/);
  const half = job("completed").slice(0, 60);
  const bodies: [number, string][] = [[200, half], [200, ""], [200, "[]"], [200, "null"], [403, HTML], [404, "{}"], [302, ""], [304, ""]];
  for (const [status, body] of bodies) {
    const { done, received } = await asked(context, answer(status, "Location: /elsewhere\r\n", body));
    assert.equal(isError(done, NotTheApiError).status, status, body);
    assert.equal(received.length, 1);
  }
});

test("a gateway's page is tried again some times and then told", async (context) => {
  const passes = await asked(context, answer(502, "", HTML), answer(503, "", ""), answer(200, "", job("pending")));
  assert.equal((passes.done as { status: string }).status, "pending");
  const stays = await asked(context, answer(502, "", HTML));
  assert.equal(isError(stays.done, NotTheApiError).status, 502);
  assert.equal(stays.received.length, 5);
});

test("a closed connection is tried again some times and then told", async (context) => {
  const half = `HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n${job("pending")}`;
  const passes = await asked(context, "", half, answer(200, "", job("pending")));
  assert.equal((passes.done as { status: string }).status, "pending");
  for (const reply of ["", half]) {
    const { done, received } = await asked(context, reply);
    assert.ok(isError(done, ConnectionError).cause instanceof Error);
    assert.equal(received.length, 5);
  }
});

test("Retry-After is obeyed in seconds and as a date with any clock", async (context) => {
  const twoHoursOff = (sign: number) => {
    const date = (seconds: number) => new Date(Date.now() + (sign * 7_200 + seconds) * 1_000).toUTCString();
    return `Date: ${date(0)}\r\nRetry-After: ${date(2)}\r\n`;
  };
  for (const head of ["Retry-After: 2\r\n", twoHoursOff(-1), twoHoursOff(1), twoHoursOff(40_000)]) {
    for (const [status, code] of [[429, "rate_limit_exceeded"], [503, "unavailable"]] as const) {
      const { done, received } = await asked(context, answer(status, head, refusal(code)), answer(200, "", job("pending")));
      assert.equal((done as { status: string }).status, "pending", String(done));
      const [first, second] = received;
      assert.ok(first && second && second.at - first.at >= 990 && second.at - first.at < 15_000, head);
    }
  }
});

test("what would outlast the patience is given up at once, and nothing goes on for ever", async (context) => {
  const begin = performance.now();
  const long = await asked(context, answer(429, "Retry-After: 7200\r\n", refusal("rate_limit_exceeded")));
  assert.equal(isError(isError(long.done, GaveUpError).cause, ApiError).code, "rate_limit_exceeded");
  assert.ok(performance.now() - begin < 5_000 && long.received.length === 1);

  // A job that never ends, in versions that never change or always do; a store that never answers; no answer at all.
  const endless: [number, (string | undefined)[]][] = [
    [5, [answer(200, 'ETag: "1"\r\n', job("pending")), answer(304, "Retry-After: 0\r\n", "")]],
    [5, [answer(200, "Retry-After: 0\r\n", job("processing"))]],
    [8, [answer(503, "Retry-After: 0\r\n", refusal("unavailable"))]],
    [1, [undefined]],
  ];
  for (const [most, replies] of endless) {
    const server = await serve(context, ...replies);
    isError(await server.client(3).wait(JOB).catch((error: unknown) => error), GaveUpError);
    assert.ok(server.received.length >= 1 && server.received.length <= most, `${server.received.length}`);
  }
  for (const next of ["", "more"]) {
    const stuck = await serve(context, answer(200, "", JSON.stringify({ items: [], next })));
    isError(await stuck.client(3).items(JOB).next().catch((error: unknown) => error), NotTheApiError);
    assert.ok(stuck.received.length <= 2);
  }
  const pages = await serve(context, answer(200, "", '{"items":[],"next":"more"}'));
  isError(await pages.client(1).items(JOB).next().catch((error: unknown) => error), GaveUpError);
});

test("what is sent again has the same idempotency key, and what is new another", async (context) => {
  const server = await serve(context, "", answer(502, "", HTML), answer(202, "", job("pending")));
  await server.client().post({ memories: [{ content: "Ada prefers tea" }] });
  await server.client().post({ memories: [{ content: "Ada prefers tea" }] });
  await server.client().retry(JOB, [2, 7]);
  const keys = server.received.map(({ head }) => /^idempotency-key: (.+)$/im.exec(head)?.[1]);
  assert.equal(keys.length, 5);
  assert.ok(keys[0] && keys[0] === keys[1] && keys[1] === keys[2], keys.join());
  assert.equal(new Set(keys).size, 3);
  assert.equal(server.received[4]?.body, '{"indexes":[2,7]}');
});

test("a key that is revoked in mid-import stops it, and what was taken is told", async (context) => {
  const server = await serve(context, answer(202, "", job("pending")), answer(401, "", refusal("invalid_key")));
  const memories = Array.from({ length: 1_200 }, () => ({ content: "n" }));
  const error = isError(await server.client().import(memories).catch((error: unknown) => error), ApiError);
  assert.deepEqual([error.status, error.code, error.requestId], [401, "invalid_key", "req-7"]);
  assert.deepEqual(error.soFar?.parts.map((part) => part.job.id), [JOB]);
  const bodies = server.received.map(({ body }) => JSON.parse(body));
  assert.deepEqual(bodies.map((body) => body.memories.length), [500, 500]);
  assert.equal(bodies[0].group, bodies[1].group);
});

test("batches end before the longest body that the server takes", async (context) => {
  const server = await serve(context, answer(202, "", job("completed")));
  const memories = Array.from({ length: 500 }, () => ({ content: "n", metadata: { note: "x".repeat(40_000) } }));
  const done = await server.client().import(memories, { wait: false });
  assert.deepEqual(done.parts.map((part) => part.first), [0, 250]);
});

test("what is no address or no key is said before anything is sent", () => {
  const urls = ["localhost", "localhost:8787", "ftp://a", "http://me@a", "http://a?b", "http://a#b"];
  for (const url of urls) assert.throws(() => new BatchClient(url, "kor_self_a"), TypeError, url);
  assert.throws(() => new BatchClient("http://localhost", "kor\nself"), TypeError);
});

test("an answer whose fields are not what they must be is not the API's", async (context) => {
  const good = JSON.parse(job("pending"));
  for (const wrong of [{ id: 1 }, { status: "done" }, { received: "1" }, { imported: -1 }, { errors: {} }, { failed: null }]) {
    const { done } = await asked(context, answer(200, "", JSON.stringify({ ...good, ...wrong })));
    isError(done, NotTheApiError);
  }
});

test("refusals that may be accidents are tried again, and others are not", async (context) => {
  const accidents: [number, string][] = [[500, refusal("internal")], [408, HTML], [408, refusal("late")], [429, refusal("busy")]];
  for (const [status, body] of accidents) {
    const { done } = await asked(context, answer(status, "", body), answer(200, "", job("pending")));
    assert.equal((done as { status: string }).status, "pending", body);
  }
  for (const code of ["quota_exceeded", "too_many_batches"]) {
    const { done, received } = await asked(context, answer(429, "", refusal(code)));
    assert.equal(isError(done, ApiError).code, code);
    assert.equal(received.length, 1);
  }
});

test("an import under way outlasts a server that is away, and keeps its keys", async (context) => {
  const [taken, ended] = [answer(202, "", job("completed")), answer(200, "", job("completed"))];
  const away = ["", "", "", answer(502, "", HTML), "", answer(502, "", HTML)];
  const busy = answer(429, "", refusal("too_many_batches"));
  const server = await serve(context, taken, ...away, busy, ended, taken, ended);
  const memories = Array.from({ length: 501 }, () => ({ content: "n" }));
  const done = await server.client(60).import(memories, { key: "mine" });
  assert.equal(done.parts.length, 2);
  const posts = server.received.filter(({ head }) => head.startsWith("POST"));
  const keys = posts.map(({ head }) => /^idempotency-key: (.+)$/im.exec(head)?.[1]);
  assert.deepEqual(keys, ["mine-0", ...Array(8).fill("mine-500")]);
  // What the client in Rust makes of the same key.
  assert.ok(posts.every(({ body }) => JSON.parse(body).group === "f408231d-c8b3-508d-bf38-6a37a3d98ac8"));
});

test("lines and keys that do not fit are said before anything is sent", async (context) => {
  const server = await serve(context, answer(202, "", job("completed")));
  await assert.rejects(server.client().import([{ content: "n" }], { lines: [1, 2] }), RangeError);
  for (const key of ["", "a b"]) await assert.rejects(server.client().import([{ content: "n" }], { key }), TypeError);
  assert.equal(server.received.length, 0);
});

test("a webhook's secret has 24 bytes, and a signature that is none hides no good one", async () => {
  const timestamp = `${Math.floor(Date.now() / 1_000)}`;
  const signed = (key: Buffer) => {
    const signature = createHmac("sha256", key).update(`msg_1.${timestamp}.{}`).digest("base64");
    return new Headers({ "webhook-id": "msg_1", "webhook-timestamp": timestamp, "webhook-signature": `v1,? v1,${signature}` });
  };
  for (const bytes of [0, 23]) {
    const key = Buffer.alloc(bytes);
    const secrets = [key.toString("base64"), `whsec_${key.toString("base64")}`];
    for (const secret of secrets) await assert.rejects(verifyWebhook(secret, signed(key), "{}"), UnverifiedError);
  }
  const key = Buffer.alloc(24);
  assert.deepEqual(await verifyWebhook(`whsec_${key.toString("base64")}`, signed(key), "{}"), {});
});
