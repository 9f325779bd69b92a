// The border between JavaScript and the Worker's Rust. An answer goes out in one call.

// `more` is `name: value` lines. The body is copied, since it lies in memory that Rust goes on using. An answer to HEAD
// says how long the body would have been.
export function answer(status, body, head, requestId, policy, etag, more) {
  const headers = {
    "cache-control": "private, no-cache",
    vary: "Authorization",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
  };
  if (body.length > 0) headers["content-type"] = "application/json";
  if (policy !== undefined) headers["ratelimit-policy"] = policy;
  if (etag !== undefined) headers.etag = etag;
  for (const line of more === "" ? [] : more.trimEnd().split("\n")) {
    const colon = line.indexOf(": ");
    headers[line.slice(0, colon)] = line.slice(colon + 2);
  }
  if (head) headers["content-length"] = body.length;
  return new Response(body.length > 0 && !head ? body.slice() : null, { status, headers });
}

export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export async function withinLimit(env, binding, key) {
  return (await env[binding].limit({ key })).success;
}

export function readKv(env, binding, name, cacheTtl) {
  return env[binding].get(name, { cacheTtl });
}

// The body, or undefined where it is longer than `most` bytes: then it is not read on.
export async function readBody(request, most) {
  const announced = request.headers.get("content-length");
  // No request is longer than it announces, and one piece is read much faster than many.
  if (announced !== null) return Number(announced) > most ? undefined : new Uint8Array(await request.arrayBuffer());
  const chunks = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
