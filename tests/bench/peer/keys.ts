export type Tier = "hobby" | "developer" | "team" | "scale";
export type Scope = "memories:read" | "memories:write";

export type KeyRecord = {
  account: string;
  tier: Tier;
  scopes: Scope[];
  expires_at?: number;
};

const BEARER = /^bearer (\S+)$/i;
const KEY = /^kor_(?:live|self)_[A-Za-z0-9_-]{1,247}$/;

export async function findKey(keys: KVNamespace, authorization = ""): Promise<KeyRecord | undefined> {
  const [, key] = BEARER.exec(authorization) ?? [];
  if (!key || !KEY.test(key)) return undefined;
  const record = await keys.get<KeyRecord>(await sha256(key), { type: "json", cacheTtl: 30 });
  if (!record || (record.expires_at ?? Infinity) <= Date.now()) return undefined;
  return record;
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
