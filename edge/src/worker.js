// What workerd loads: the events go to the Rust functions of the same names in lib.rs.
import module from "../build/edge_bg.wasm";
import { initSync, fetch, queue, scheduled } from "../build/edge.js";

// What Rust's tasks are woken by. workerd's own goes through C++ each time, a promise does not leave V8.
const done = Promise.resolve();
globalThis.queueMicrotask = (task) => {
  done.then(task);
};

initSync({ module });

export default {
  // What every request is asked for goes in with the call.
  fetch(request, env, context) {
    const { method, url, headers } = request;
    // An env of its own for each, on which is counted what it costs.
    const own = Object.create(env);
    own.cost = { method, began: Date.now(), kv: 0, limiter: 0, d1: 0 };
    const answer = fetch(request, own, method, url, headers.get("authorization"), headers.get("if-none-match"));
    // What a body takes up is held until the request has come to its end, also where its client has gone away.
    if (request.body !== null) context.waitUntil(answer);
    return answer;
  },
  queue,
  scheduled,
};
