// This Worker with a switch between it and D1, which counts, slows down and breaks what passes, for every handler alike.
//
//   PUT /lab/faults       { "latency": <milliseconds>, "refused": <share>, "lost": <share> }: of the calls, the first share
//                         fails before it reaches D1, the second one after D1 has done what it was asked; with "keys"
//                         every read of KV fails
//   GET /lab/seen         what passed since the start, or since DELETE /lab/seen
//   GET /lab/points       the data points that were written for the metrics
//   POST /lab/cron        runs the scheduled handler
//   GET /lab/wasm         the bytes of the Worker's own memory, which never shrinks

import { env } from "cloudflare:workers";
import { initSync } from "./build/edge.js";
import Worker from "./src/worker.js";

let faults = { latency: 0, refused: 0, lost: 0, keys: false };
let seen;
forget();

// The local dataset takes data points and forgets them.
const points = [];
const metrics = { writeDataPoint: (point) => points.push(point) };

const keys = { get: (...asked) => (faults.keys ? Promise.reject(new Error("KV GET failed")) : env.KEYS.get(...asked)) };

function forget() {
  seen = { calls: [], failed: 0, statements: new Map() };
}

// All that the binding sends passes here: a single statement, or those of a transaction.
const session = Object.getPrototypeOf(env.DB.withSession());
const send = session._sendOrThrow;
session._sendOrThrow = async function (endpoint, sql, ...rest) {
  seen.calls.push(Date.now());
  const chance = Math.random();
  if (faults.latency > 0) await scheduler.wait(faults.latency);
  if (chance < faults.refused) throw failure();
  const results = await send.call(this, endpoint, sql, ...rest);
  count([sql].flat(), [results].flat());
  if (chance < faults.refused + faults.lost) throw failure();
  return results;
};

// As D1 says it.
function failure() {
  seen.failed += 1;
  const cause = "Network connection lost.";
  return new Error(`D1_ERROR: ${cause}`, { cause: new Error(cause) });
}

function count(texts, results) {
  texts.forEach((sql, at) => {
    const { rows_read, rows_written } = results[at].meta;
    const statement = seen.statements.get(sql) ?? { sql, runs: 0, read: 0, written: 0 };
    statement.runs += 1;
    statement.read += rows_read;
    statement.written += rows_written;
    seen.statements.set(sql, statement);
  });
}

const lab = {
  "PUT /lab/faults": async (request) => (faults = await request.json()),
  "GET /lab/seen": () => ({ ...seen, statements: [...seen.statements.values()] }),
  "DELETE /lab/seen": forget,
  "GET /lab/points": () => points,
  "POST /lab/cron": (_request, env, context) => Worker.scheduled({ scheduledTime: Date.now(), cron: "" }, env, context),
  "GET /lab/wasm": () => initSync().memory.buffer.byteLength,
};

export default {
  ...Worker,
  async fetch(request, env, context) {
    const asked = lab[`${request.method} ${new URL(request.url).pathname}`];
    if (asked) return Response.json((await asked(request, env, context)) ?? null);
    const replaced = "METRICS" in env ? { KEYS: keys, METRICS: metrics } : { KEYS: keys };
    return Worker.fetch(request, { ...env, ...replaced }, context);
  },
};
