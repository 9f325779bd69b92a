// This Worker, counting the D1 statements that it runs. GET /statements tells how many that were so far.

import { env } from "cloudflare:workers";
import Worker from "./src/worker.js";

let statements = 0;

function count(prototype, names, size) {
  for (const name of names) {
    const original = prototype[name];
    prototype[name] = function (...values) {
      statements += size(values);
      return original.apply(this, values);
    };
  }
}
count(Object.getPrototypeOf(env.DB.prepare("SELECT 1")), ["all", "first", "raw", "run"], () => 1);
count(Object.getPrototypeOf(env.DB), ["batch"], ([batch]) => batch.length);

export default {
  ...Worker,
  fetch(request, env, context) {
    return request.url.endsWith("/statements") ? new Response(String(statements)) : Worker.fetch(request, env, context);
  },
};
