import type { Import } from "./import.ts";
import type { ErrorBody } from "./types.ts";

/** Why a call has no result: one of the four kinds below. */
export abstract class BatchError extends Error {
  /** What an import had sent before it stopped, as it was last seen. It goes on at the server. */
  soFar?: Import;
}

/** The API refused, and says why. */
export class ApiError extends BatchError {
  override readonly name = "ApiError";
  readonly status: number;
  readonly body: ErrorBody;
  /** By which whoever runs the service finds the request. */
  readonly requestId: string | null;

  constructor(status: number, body: ErrorBody, requestId: string | null) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.requestId = requestId;
  }

  get code(): string {
    return this.body.code;
  }
}

/** Something answered that is not the API: a proxy, another server, or half of an answer. */
export class NotTheApiError extends BatchError {
  override readonly name = "NotTheApiError";
  readonly status: number;
  readonly requestId: string | null;

  constructor(status: number, says: string, requestId: string | null) {
    super(`the answer is not the API's: ${status}, ${says}`);
    this.status = status;
    this.requestId = requestId;
  }
}

/** No answer came, or it broke off. The cause is what `fetch` says. */
export class ConnectionError extends BatchError {
  override readonly name = "ConnectionError";

  constructor(cause: unknown) {
    super("no whole answer came", { cause });
  }
}

/** The client's patience was over. The cause is what went wrong last, if anything did. */
export class GaveUpError extends BatchError {
  override readonly name = "GaveUpError";

  constructor(seconds: number, cause?: unknown) {
    super(`gave up after ${seconds} s`, { cause });
  }
}
