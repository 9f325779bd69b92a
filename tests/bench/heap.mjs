// What an isolate holds in JavaScript, as V8 says it through the inspector: without a pause, as often as it answers.

// So that garbage can be collected first: V8 lets tens of megabytes of it lie for as long as nothing is short.
process.env.MINIFLARE_WORKERD_V8_FLAGS = "--expose-gc";

// Returns a function that looks without a pause from one call to the next, which promises the peaks, in bytes: V8's heap, what
// stands behind array buffers outside of it, and both together. The last look is at what is left in the end.
export async function watchHeap(url) {
  // Miniflare wants to know who asks.
  const socket = new WebSocket(url, { headers: { origin: "http://localhost" } });
  const ask = (id, method, params) => socket.send(JSON.stringify({ id, method, params }));
  let contextId, peaks, done;
  function look() {
    ask(1, "Runtime.evaluate", { expression: "gc()", contextId });
    ask(2, "Runtime.getHeapUsage");
  }
  await new Promise((resolve, reject) => {
    socket.onopen = () => ask(0, "Runtime.enable");
    socket.onerror = reject;
    socket.onmessage = ({ data }) => {
      const { id, method, params, result } = JSON.parse(data);
      if (method === "Runtime.executionContextCreated") {
        contextId = params.context.id;
        resolve();
      }
      if (id !== 2) return;
      const { usedSize, backingStorageSize } = result;
      peaks.heap = Math.max(peaks.heap, usedSize);
      peaks.buffers = Math.max(peaks.buffers, backingStorageSize);
      peaks.both = Math.max(peaks.both, usedSize + backingStorageSize);
      if (done === undefined) return look();
      done(peaks);
      peaks = done = undefined;
    };
  });
  return () => {
    if (peaks !== undefined) return new Promise((resolve) => (done = resolve));
    peaks = { heap: 0, buffers: 0, both: 0 };
    look();
    return peaks;
  };
}
