// The border to the queues.

import { ask } from "../http/http.js";

// Enqueues texts, to be delivered after so many seconds.
export function sendBatch(env, binding, bodies, delaySeconds) {
  return ask(() => env[binding].sendBatch(bodies.map((body) => ({ body, contentType: "text", delaySeconds }))));
}
