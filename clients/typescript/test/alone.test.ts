/** What wants the machine to itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BatchClient } from "../src/index.ts";

const { BATCH_URL = "", BATCH_KEY = "" } = process.env;

function notes(count: number): { content: string }[] {
  return Array.from({ length: count }, (_, at) => ({ content: `memory ${at}` }));
}

test("500 memories are posted and awaited with at most four requests", async (context) => {
  const requests = context.mock.method(globalThis, "fetch");
  const done = await new BatchClient(BATCH_URL, BATCH_KEY).import(notes(500));
  assert.equal(done.imported, 500);
  console.log(`500 memories: ${requests.mock.callCount()} requests`);
  assert.ok(requests.mock.callCount() <= 4, `${requests.mock.callCount()} requests`);
});

test("100,000 memories land", async () => {
  const begin = performance.now();
  const done = await new BatchClient(BATCH_URL, BATCH_KEY).import(notes(100_000));
  console.log(`100,000 memories in ${done.parts.length} batches: ${Math.round(performance.now() - begin)} ms`);
  assert.deepEqual([done.parts.length, done.imported, done.failed], [200, 100_000, 0]);
});
