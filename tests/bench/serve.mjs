// Serves one contender in workerd until the standard input ends. The load reaches the Worker's own socket: neither
// wrangler's proxy nor Miniflare's entry stands in between. The first argument is a JSON file that says what to serve:
//
//   { "worker": "this" | "peer" | "floor", "state": <folder>, "around": <module around this Worker, or null>,
//     "answer": <what the floor says: { "status": …, "headers": …, "body": … }> }
//
// The first line of the output is its URL.

import { readdirSync, readFileSync } from "node:fs";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";

const { worker, state, around, answer } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { assets, modulesRules, ...declared } = unstable_getMiniflareWorkerOptions("wrangler.toml").workerOptions;
const policies = Object.fromEntries(
  Object.entries(declared.ratelimits).map(([name, { simple }]) => {
    const tier = name.replace("LIMIT_", "").toLowerCase();
    return [tier, `"${tier}";q=${simple.limit};w=${simple.period}`];
  }),
);
// All else is as declared, but for the assets, whose router would stand in front of the API, and for the limits, which
// the load would reach in the first second. The limiter is called all the same.
for (const { simple } of Object.values(declared.ratelimits)) simple.limit = 1e9;

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    workers: [{ name: worker, ...options(), unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] }],
    resourcePersistencePath: `${state}/v3`,
    host: "127.0.0.1",
    cf: false,
    logRequests: false,
  }),
);
process.stdin.resume().on("end", () => miniflare.dispose().then(() => process.exit()));
await miniflare.ready;
console.log((await miniflare.unsafeGetDirectURL(worker)).origin);

function options() {
  const { queueConsumers, cronTriggers, compatibilityDate, ...bindings } = declared;
  switch (worker) {
    case "this":
      return { ...declared, modules: thisWorker() };
    case "peer":
      return {
        ...bindings,
        compatibilityDate,
        modules: [module("peer.js", `${state}/peer.js`)],
        bindings: { POLICIES: policies },
      };
    case "floor":
      return { compatibilityDate, modules: [module("floor.js", beside("floor.js"))], bindings: { ANSWER: answer } };
  }
}

// The same files that wrangler bundles, each as a module of its own.
function thisWorker() {
  const edge = beside("../../edge/");
  const built = readdirSync(new URL("build", edge), { recursive: true }).filter((file) => /\.(js|wasm)$/.test(file));
  const modules = ["src/worker.js", ...built.map((file) => `build/${file}`)].map((path) =>
    path.endsWith(".wasm")
      ? { type: "CompiledWasm", path, contents: readFileSync(new URL(path, edge)) }
      : module(path, new URL(path, edge)),
  );
  return around ? [module(around, beside(around)), ...modules] : modules;
}

function module(path, file) {
  return { type: "ESModule", path, contents: readFileSync(file, "utf8") };
}

function beside(file) {
  return new URL(file, import.meta.url);
}
