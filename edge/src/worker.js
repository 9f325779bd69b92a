// What workerd loads: the events go to the Rust functions of the same names in lib.rs.
import module from "../build/edge_bg.wasm";
import { initSync, fetch, queue, scheduled } from "../build/edge.js";

initSync({ module });

export default {
  // What every request is asked for goes in with the call.
  fetch(request, env) {
    const { method, url, headers } = request;
    return fetch(request, env, method, url, headers.get("authorization"), headers.get("if-none-match"));
  },
  queue,
  scheduled,
};
