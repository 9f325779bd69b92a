import init from "./pkg/dashboard.js";
import wasm from "./pkg/dashboard_bg.wasm";

init({ module_or_path: wasm });
