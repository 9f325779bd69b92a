// Serves one Worker in workerd until the standard input ends: a contender of the benchmark, or this one to experiment on.
// The load reaches the Worker's own socket: neither wrangler's proxy nor Miniflare's entry stands in between. The first
// argument is a JSON file that says what to serve:
//
//   { "worker": "this" | "peer" | "floor", "state": <folder>, "around": <module around this Worker>,
//     "variables": <values for those in wrangler.toml>, "limited": <whether the limits are those in wrangler.toml>,
//     "heap": <whether its heap can be watched>, "port": <where, if not on any free one>,
//     "answer": <what the floor says: { "status": …, "headers": …, "body": … }>, "limiter": <whether it asks one> }
//
// The first line of the output is its URL. Where the heap can be watched, a line of input begins that, and the next one is answered
// with its peaks, as heap.mjs gives them.

import { readdirSync, readFileSync } from "node:fs";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { createInterface } from "node:readline";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { watchHeap } from "./heap.mjs";

const { worker, state, around, variables, limited, heap, port, answer, limiter } = JSON.parse(
  readFileSync(process.argv[2], "utf8"),
);
const { assets, modulesRules, ...declared } = unstable_getMiniflareWorkerOptions("wrangler.toml").workerOptions;
const policies = Object.fromEntries(
  Object.entries(declared.ratelimits).map(([name, { simple }]) => {
    const tier = name.replace("LIMIT_", "").toLowerCase();
    return [tier, `"${tier}";q=${simple.limit};w=${simple.period}`];
  }),
);
// All else is as declared, but for the assets, whose router would stand in front of the API, and for the limits, which
// a load would reach in the first second. The limiter is called all the same.
if (!limited) for (const { simple } of Object.values(declared.ratelimits)) simple.limit = 1e9;

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    workers: [
      { name: worker, ...options(), unsafeDirectSockets: [{ host: "127.0.0.1", port: port ?? 0 }], unsafeInspectorProxy: heap },
    ],
    resourcePersistencePath: `${state}/v3`,
    host: "127.0.0.1",
    inspectorPort: heap ? 0 : undefined,
    cf: false,
    logRequests: false,
    // The standard output is for what this program itself says.
    handleStructuredLogs: ({ message }) => process.stderr.write(`${message}\n`),
  }),
);
const asked = createInterface({ input: process.stdin }).on("close", () => miniflare.dispose().then(() => process.exit()));
await miniflare.ready;
if (heap) {
  const watch = await watchHeap(`${await miniflare.getInspectorURL()}${worker}`);
  asked.on("line", async () => console.log(JSON.stringify(await watch())));
}
console.log((await miniflare.unsafeGetDirectURL(worker)).origin);

function options() {
  const { queueConsumers, cronTriggers, compatibilityDate, ...bindings } = declared;
  switch (worker) {
    case "this":
      return { ...declared, bindings: { ...declared.bindings, ...variables }, modules: thisWorker() };
    case "peer":
      return {
        ...bindings,
        compatibilityDate,
        modules: [module("peer.js", `${state}/peer.js`)],
        bindings: { POLICIES: policies },
      };
    case "floor":
      return {
        compatibilityDate,
        modules: [module("floor.js", beside("floor.js"))],
        bindings: { ANSWER: answer },
        ratelimits: limiter ? { LIMITER: declared.ratelimits.LIMIT_SCALE } : {},
      };
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
