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
    // Where its client has gone away it comes to its end all the same: what was broken off in the middle would keep for good
    // whatever it held, since nothing could wake it any more.
    context.waitUntil(answer);
    return answer;
  },
  queue,
  scheduled,
};
