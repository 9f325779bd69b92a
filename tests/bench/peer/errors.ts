import type { Context } from "hono";

const ERRORS = {
  invalid_key: [
    401,
    "The API key is missing, malformed, unknown, revoked or expired. Send a valid one as: Authorization: Bearer kor_…",
  ],
  forbidden: [403, "This API key lacks the scope memories:read. Use a key that has it."],
  not_found: [
    404,
    "There is no such batch job in this account. Check the job id, and that the key belongs to the account that sent the batch.",
  ],
  rate_limit_exceeded: [429, "Too many requests. Wait 10 seconds, then try again."],
  internal: [500, "Something broke on our side. If it happens again, report the X-Request-Id of this answer."],
} as const;

export class ApiError extends Error {
  constructor(readonly code: keyof typeof ERRORS) {
    super(code);
  }

  answer(c: Context) {
    const [status, message] = ERRORS[this.code];
    if (status === 401) c.header("WWW-Authenticate", "Bearer");
    if (status === 429) c.header("Retry-After", "10");
    return c.json({ code: this.code, message }, status);
  }
}
