// What workerd loads: the events go straight to the Rust functions of the same names in lib.rs.
import module from "../build/edge_bg.wasm";
import { initSync, fetch, queue, scheduled } from "../build/edge.js";

initSync({ module });

export default { fetch, queue, scheduled };
