import type { BatchEvent } from "./types.ts";

/** For so many seconds a signature is good. */
const TOLERANCE = 5 * 60;

/** The shortest secret that the specification has. */
const SECRET_BYTES = 24;

/** The webhook did not come from the service, or too long ago. */
export class UnverifiedError extends Error {
  override readonly name = "UnverifiedError";
}

/**
 * Verifies what came by the Standard Webhooks specification and reads it. `body` is what came, byte for byte.
 */
export async function verifyWebhook(secret: string, headers: Headers, body: string): Promise<BatchEvent> {
  const [id, timestamp, signatures] = ["id", "timestamp", "signature"].map((name) => headers.get(`webhook-${name}`));
  if (!id || !timestamp || !signatures) throw new UnverifiedError("a header of the webhook is missing");
  if (!/^\d+$/.test(timestamp) || Math.abs(Date.now() / 1_000 - Number(timestamp)) > TOLERANCE) {
    throw new UnverifiedError("the webhook was signed too long ago, or later than now");
  }
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const secretBytes = decoded(secret.replace(/^whsec_/, ""));
  // Whoever knows that the key is empty could sign.
  if (!secretBytes || secretBytes.length < SECRET_BYTES) {
    throw new UnverifiedError(`the secret is none: it must be of at least ${SECRET_BYTES} bytes in base64`);
  }
  const key = await crypto.subtle.importKey("raw", secretBytes, hmac, false, ["verify"]);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  for (const signature of signatures.split(" ")) {
    const bytes = signature.startsWith("v1,") ? decoded(signature.slice(3)) : undefined;
    // Takes the same time whatever the signature is.
    if (bytes && (await crypto.subtle.verify("HMAC", key, bytes, signed))) return JSON.parse(body);
  }
  throw new UnverifiedError("the webhook is not signed with this secret");
}

/** What it stands for, where it is base64. */
function decoded(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
