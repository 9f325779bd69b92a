import { ApiError, type BatchError, ConnectionError, NotTheApiError } from "./errors.ts";
import { afterFailures, type Deadline, retryAfter } from "./pace.ts";
import type { ErrorBody } from "./types.ts";

/** So often is a request tried that meets accidents. */
const TRIES = 5;

/** One try takes no longer, in milliseconds, a wait for news included, but for the time in which its body goes up. */
const TRY = 60_000;

/** The slowest line that a body goes up on, in characters a millisecond. */
const SLOWEST = 32;

/** The longest answer that is read, in bytes. */
const BODY_BYTES = 64 * 2 ** 20;

/** What came back. */
export class Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly #text: string;

  constructor(status: number, headers: Headers, text: string) {
    this.status = status;
    this.headers = headers;
    this.#text = text;
  }

  /** The body, where it has what only the API's has: fields of which each is what it must be. */
  json<T extends object>(fields: { [K in keyof T]?: (value: unknown) => boolean }): T {
    const body = this.#parsed();
    const checks = Object.entries<((value: unknown) => boolean) | undefined>(fields);
    const has = ([name, is]: (typeof checks)[number]) => is?.((body as Record<string, unknown>)[name]);
    if (typeof body !== "object" || body === null || !checks.every(has)) throw this.notTheApi();
    return body as T;
  }

  notTheApi(): NotTheApiError {
    const begin = JSON.stringify(this.#text.slice(0, 80));
    const says = `${this.headers.get("content-type") ?? "of no type"}: ${begin}`;
    return new NotTheApiError(this.status, says, this.#requestId);
  }

  /** The refusal that this is, if it is one. */
  get refusal(): BatchError | undefined {
    if ((this.status >= 200 && this.status < 300) || this.status === 304) return undefined;
    const body = this.#parsed() as Partial<ErrorBody> | null | undefined;
    if (this.status < 400 || typeof body?.code !== "string" || typeof body.message !== "string") return this.notTheApi();
    return new ApiError(this.status, body as ErrorBody, this.#requestId);
  }

  get #requestId(): string | null {
    return this.headers.get("x-request-id");
  }

  #parsed(): unknown {
    try {
      return JSON.parse(this.#text);
    } catch {
      return undefined;
    }
  }
}

/** Sends a request that may come twice, until it is answered, refused for good, or the patience is over. */
export async function send(url: string, request: RequestInit, deadline: Deadline): Promise<Answer> {
  for (let failures = 1, accidents = 0; ; failures++) {
    let error: BatchError;
    let asked = 0;
    try {
      const answer = await once(url, request, deadline);
      const refusal = answer.refusal;
      if (!refusal) return answer;
      error = refusal;
      asked = retryAfter(answer.headers) ?? 0;
    } catch (cause) {
      if (cause instanceof NotTheApiError) throw cause;
      if (deadline.left === 0) throw deadline.gaveUp(cause);
      error = new ConnectionError(cause);
    }
    if (!isForNow(error)) {
      if (!deadline.persists || error instanceof ApiError) accidents++;
      if (!isAccident(error) || accidents >= TRIES) throw error;
    }
    await deadline.pause(Math.max(asked, afterFailures(failures)), error);
  }
}

/** Whether the API says that the same request may do later: such answers are waited out for as long as there is patience. */
function isForNow(error: BatchError): boolean {
  return error instanceof ApiError && ["rate_limit_exceeded", "unavailable"].includes(error.code);
}

/** Whether it may have been an accident: such are tried again some times. */
function isAccident(error: BatchError): boolean {
  if (error instanceof ApiError) {
    const isKnown = ["too_many_batches", "quota_exceeded"].includes(error.code);
    return error.status >= 500 || error.status === 408 || (error.status === 429 && !isKnown);
  }
  if (error instanceof NotTheApiError) return error.status >= 500 || [408, 429].includes(error.status);
  return error instanceof ConnectionError;
}

async function once(url: string, request: RequestInit, deadline: Deadline): Promise<Answer> {
  const longest = TRY + (typeof request.body === "string" ? request.body.length / SLOWEST : 0);
  const signal = AbortSignal.timeout(Math.ceil(Math.min(deadline.left, longest)));
  // The key is for this server, not for where it may point to.
  const response = await fetch(url, { ...request, redirect: "manual", signal });
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); reader && read && !read.done; read = await reader.read()) {
    bytes += read.value.length;
    if (bytes > BODY_BYTES) {
      await reader.cancel();
      throw new Answer(response.status, response.headers, text).notTheApi();
    }
    text += decoder.decode(read.value, { stream: true });
  }
  return new Answer(response.status, response.headers, text + decoder.decode());
}
