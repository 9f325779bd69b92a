// The border between JavaScript and the Worker's Rust. An answer goes out in one call.

// `lines` are headers, each `name: value`. The body is copied, since it lies in memory that Rust goes on using. An answer to
// HEAD says how long the body would have been.
export function answer(status, lines, body, head) {
  const headers = headersOf(lines);
  if (body.length > 0) headers["content-type"] = "application/json";
  if (head) headers["content-length"] = body.length;
  return new Response(body.length > 0 && !head ? body.slice() : null, { status, headers });
}

// An answer whose body is made while it is read, and only as fast as that.
export function answerStream(status, lines, pieces, head) {
  const encoder = new TextEncoder();
  const pull = async (controller) => {
    const piece = await pieces.next();
    if (piece === undefined) controller.close();
    else controller.enqueue(encoder.encode(piece));
  };
  const cancel = () => {
    try {
      pieces.close();
    } catch {
      // One is being made this moment, or the instance is gone: nothing of size is kept then.
    }
  };
  if (head) cancel();
  const body = head ? null : new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
  return new Response(body, { status, headers: headersOf(lines) });
}

function headersOf(lines) {
  const headers = {
    "cache-control": "private, no-cache",
    vary: "Authorization",
    "x-content-type-options": "nosniff",
  };
  for (const line of lines.trimEnd().split("\n")) {
    const colon = line.indexOf(": ");
    headers[line.slice(0, colon)] = line.slice(colon + 2);
  }
  return headers;
}

export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// What a binding does, or why it did not, as text.
export async function ask(what) {
  try {
    return await what();
  } catch (error) {
    throw String(error?.cause?.message ?? error?.message ?? error);
  }
}

export function withinLimit(env, binding, key) {
  count(env, "limiter");
  return ask(async () => (await env[binding].limit({ key })).success);
}

export function readKv(env, binding, name, cacheTtl) {
  count(env, "kv");
  return ask(() => env[binding].get(name, { cacheTtl }));
}

// So many more calls of a binding for this request. What the queue and the cron do is no request's.
export function count(env, binding, calls = 1) {
  if (env.cost !== undefined) env.cost[binding] += calls;
}

// What a cache brought to this request.
export function noteCache(env, outcome) {
  if (env.cost !== undefined) env.cost.cache = outcome;
}

// The one line that is logged of a request, and the same as a data point where there is a dataset for it. Nothing of it but
// the detail of a fault is text that came from outside, and that is no key and no content.
export function log(env, request, status, route, account, key, tier, detail) {
  const { method, began, cache, kv, limiter, d1 } = env.cost;
  const ms = Date.now() - began;
  const line = { request, method, route, status, account, key, tier, ms, cache, kv, limiter, d1, detail };
  console[status < 500 ? "log" : "error"](JSON.stringify(line));
  env.METRICS?.writeDataPoint({
    indexes: [account ?? ""],
    blobs: [method, route ?? "", `${status}`, tier ?? "", cache ?? ""],
    doubles: [ms, kv, limiter, d1],
  });
}

// The dashboard's page as the answer to an address that is none of its own: it says so itself.
export async function page(env, request) {
  const { body, headers } = await env.ASSETS.fetch(new URL("/", request.url));
  return new Response(body, { status: 404, headers });
}

// What the body is read from, in pieces: undefined where it is packed in a way that nobody here can unpack, null where
// there is none.
export function openBody(request, encoding) {
  if (encoding === undefined || request.body === null) return request.body?.getReader() ?? null;
  if (encoding !== "gzip" && encoding !== "deflate") return undefined;
  return unpacked(request.body.getReader(), new DecompressionStream(encoding));
}

// So many bytes are unpacked at a time: they may come to a thousand times as many.
const PACKED = 2048;

// Reads what `packed` holds. A DecompressionStream unpacks at once all that it is given, and keeps it however slowly it is
// read: so it is given the next few bytes only when nothing of the last ones is left.
function unpacked(packed, { readable, writable }) {
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  let rest = new Uint8Array();
  let isOpen = true;
  const feed = async () => {
    if (rest.length === 0) {
      const { value } = await packed.read();
      if (value === undefined) {
        isOpen = false;
        return writer.close();
      }
      rest = value;
    }
    const next = rest.subarray(0, PACKED);
    rest = rest.subarray(PACKED);
    return writer.write(next);
  };
  const read = async () => {
    let isBack = false;
    const piece = reader.read().finally(() => (isBack = true));
    // What is wrong with it is said by whoever notices first.
    piece.catch(() => {});
    while (isOpen) {
      await Promise.race([piece, pause(0)]);
      if (isBack) break;
      await feed();
    }
    return piece;
  };
  const cancel = () => Promise.all([packed.cancel(), writer.abort()]);
  return { read, cancel };
}

// The next piece of it, of some size so that not every packet is a crossing, or undefined behind the last one.
export async function readBody(reader) {
  const packets = [];
  let length = 0;
  while (length < 1 << 18) {
    const { value } = await reader.read();
    if (value === undefined) break;
    packets.push(value);
    length += value.length;
  }
  if (packets.length < 2) return packets[0];
  const piece = new Uint8Array(length);
  let at = 0;
  for (const packet of packets) {
    piece.set(packet, at);
    at += packet.length;
  }
  return piece;
}

// The rest is not wanted.
export function closeBody(reader) {
  reader.cancel().catch(() => {});
}
