// The border between JavaScript and the Worker's Rust, kept to one crossing each way: what is needed of a request comes
// in as one string, and an answer goes out in one call.

export function read(request) {
  const header = (name) => request.headers.get(name) ?? "";
  return [
    request.method,
    request.url,
    header("authorization"),
    header("if-none-match"),
    header("cf-connecting-ip"),
  ].join("\n");
}

// `extra` is `name: value` lines. The body is copied, since it lies in memory that Rust goes on using.
export function answer(status, body, requestId, extra) {
  const headers = {
    "cache-control": "private, no-cache",
    vary: "Authorization",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
  };
  if (body.length > 0) headers["content-type"] = "application/json";
  for (const line of extra.split("\n", 8)) {
    const colon = line.indexOf(": ");
    if (colon > 0) headers[line.slice(0, colon)] = line.slice(colon + 2);
  }
  return new Response(body.length > 0 ? body.slice() : null, { status, headers });
}

export async function withinLimit(env, binding, key) {
  return (await env[binding].limit({ key })).success;
}
