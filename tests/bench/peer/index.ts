// The peer: the same endpoint as one writes it with Hono. The same checks in the same order, one KV read, one call of the
// limiter and one D1 statement for each poll, and one structured line in the log. Types of the bindings: `wrangler types`.

import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { requestId } from "hono/request-id";
import { routePath } from "hono/route";
import { ApiError } from "./errors";
import { findJob, isFinal, parseJobId } from "./jobs";
import { type KeyRecord, type Scope, type Tier, findKey } from "./keys";

type App = {
  Bindings: {
    KEYS: KVNamespace;
    DB: D1Database;
    LIMIT_HOBBY: RateLimit;
    LIMIT_DEVELOPER: RateLimit;
    LIMIT_TEAM: RateLimit;
    LIMIT_SCALE: RateLimit;
    POLICIES: Record<Tier, string>;
  };
  Variables: { caller: KeyRecord };
};

const app = new Hono<App>();

app.use(requestId());

app.use(async (c, next) => {
  const began = Date.now();
  await next();
  const caller: KeyRecord | undefined = c.var.caller;
  const line = {
    request: c.var.requestId,
    method: c.req.method,
    route: routePath(c, -1),
    status: c.res.status,
    account: caller?.account,
    tier: caller?.tier,
    ms: Date.now() - began,
  };
  console.log(JSON.stringify(line));
});

app.use(async (c, next) => {
  c.header("Cache-Control", "private, no-cache");
  c.header("Vary", "Authorization");
  c.header("X-Content-Type-Options", "nosniff");
  await next();
});

const authenticate = createMiddleware<App>(async (c, next) => {
  const caller = await findKey(c.env.KEYS, c.req.header("Authorization"));
  if (!caller) throw new ApiError("invalid_key");
  c.set("caller", caller);
  c.header("RateLimit-Policy", c.env.POLICIES[caller.tier]);
  await next();
});

const LIMITS = {
  hobby: "LIMIT_HOBBY",
  developer: "LIMIT_DEVELOPER",
  team: "LIMIT_TEAM",
  scale: "LIMIT_SCALE",
} as const;

const rateLimit = createMiddleware<App>(async (c, next) => {
  const { tier, account } = c.var.caller;
  const { success } = await c.env[LIMITS[tier]].limit({ key: account });
  if (!success) throw new ApiError("rate_limit_exceeded");
  await next();
});

const scope = (needed: Scope) =>
  createMiddleware<App>(async (c, next) => {
    if (!c.var.caller.scopes.includes(needed)) throw new ApiError("forbidden");
    await next();
  });

app.get("/v1/ping", authenticate, (c) => {
  const { tier, scopes } = c.var.caller;
  return c.json({ ok: true, tier, scopes });
});

app.get("/v1/batch/:id", authenticate, rateLimit, scope("memories:read"), async (c) => {
  const id = parseJobId(c.req.param("id"));
  const job = id && (await findJob(c.env.DB, c.var.caller.account, id));
  if (!job) throw new ApiError("not_found");

  const etag = `"${job.version}"`;
  c.header("ETag", etag);
  if (!isFinal(job.status)) {
    const age = (Date.now() - job.created_at) / 10_000;
    c.header("Retry-After", String(Math.min(10, Math.max(1, Math.floor(age)))));
  }
  if (c.req.header("If-None-Match") === etag) return c.body(null, 304);
  const { status, received, imported, failed, errors } = job;
  return c.json({ id: `job_${id}`, status, received, imported, failed, errors });
});

app.notFound((c) => new ApiError("not_found").answer(c));
app.onError((error, c) => (error instanceof ApiError ? error : new ApiError("internal")).answer(c));

export default app;
