/** Imports memories in batches, and tells what became of them. */

export { BatchClient } from "./client.ts";
export { ApiError, BatchError, ConnectionError, GaveUpError, NotTheApiError } from "./errors.ts";
export { Import, type ImportOptions, type Part } from "./import.ts";
export type * from "./types.ts";
export { UnverifiedError, verifyWebhook } from "./webhook.ts";
