// What webhooks need of JavaScript.

// The parts of an address as fetch itself reads it, of a form that stays the same when it is read again; undefined where
// it is none.
export function parts(text) {
  if (!URL.canParse(text)) return undefined;
  const { href, protocol, hostname, username, password } = new URL(text);
  return [href, protocol, hostname, username + password];
}

// Posts JSON, signed with each of the secrets, so that a receiver may know either. Of the answer only the status counts and
// when to come again, in milliseconds since 1970: its body is not read, however long it is, nor is another address asked
// that it names. Without an answer it says why.
export async function post(url, body, id, timestamp, secrets, milliseconds) {
  const signatures = await Promise.all(secrets.map((secret) => sign(secret, `${id}.${timestamp}.${body}`)));
  const headers = {
    "content-type": "application/json",
    "user-agent": "batch-status",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
  try {
    const signal = AbortSignal.timeout(milliseconds);
    const answer = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    answer.body?.cancel().catch(() => {});
    return [answer.status, comeAgain(answer.headers.get("retry-after"))];
  } catch (error) {
    return error?.name === "TimeoutError" ? "timeout" : "unreachable";
  }
}

// Seconds or a date.
function comeAgain(retryAfter) {
  if (retryAfter === null) return undefined;
  const at = /^\d+$/.test(retryAfter) ? Date.now() + retryAfter * 1000 : Date.parse(retryAfter);
  return Number.isFinite(at) ? at : undefined;
}

// How a secret begins as people see it; base64 follows.
const PREFIX = "whsec_";

// 32 random bytes: as many as the signature has. The specification wants 24 to 64.
export function newSecret() {
  return PREFIX + toBase64(crypto.getRandomValues(new Uint8Array(32)));
}

async function sign(secret, text) {
  const bytes = Uint8Array.from(atob(secret.slice(PREFIX.length)), (char) => char.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return `v1,${toBase64(new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text))))}`;
}

function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}
