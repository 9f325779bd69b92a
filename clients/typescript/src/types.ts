/**
 * What goes over the wire, as the service's contract has it. Once the service describes itself at `/openapi.json`,
 * `openapi-typescript` can write this file from there.
 */

/** One memory as it is sent. */
export interface Memory {
  /** At most 16,000 characters. White space alone is taken, and fails when it is imported. */
  content: string;
  user_id?: string | null;
  agent_id?: string | null;
  run_id?: string | null;
  metadata?: Record<string, unknown> | null;
  /** An ISO 8601 date or datetime. */
  timestamp?: string | null;
  kind?: "note" | "session" | null;
}

/** A batch as it is sent: 1 to 500 memories, and what they are as a whole. */
export interface Batch {
  memories: Memory[];
  /** What people call it, at most 200 characters. */
  label?: string;
  /** A UUID that the batches of one import share. */
  group?: string;
  /** Where each memory stands in its file. */
  lines?: number[];
}

/** How far a job is. The last two are final. */
export type JobStatus = "pending" | "processing" | "completed" | "failed";

export interface ItemError {
  /** The place in the batch that was sent, from 0. */
  index: number;
  error: string;
}

export interface BatchStatus {
  /** `job_` and 32 hex digits. */
  id: string;
  status: JobStatus;
  received: number;
  imported: number;
  failed: number;
  errors: ItemError[];
}

/** What would become of a batch. */
export interface Forecast {
  received: number;
  would_import: number;
  would_fail: number;
  errors: ItemError[];
}

export type ItemStatus = "pending" | "imported" | "failed";

/** What became of one item of a batch. */
export interface Item {
  index: number;
  status: ItemStatus;
  /** The memory's, where it landed. */
  id: string | null;
  error: string | null;
  /** What was sent, where it has not landed. */
  item?: Memory | null;
  line: number | null;
}

export interface ItemList {
  items: Item[];
  /** What the next page is asked for with; null on the last one. */
  next: string | null;
}

export interface Used {
  used: number;
  limit: number;
}

export interface Usage {
  tier: "hobby" | "developer" | "team" | "scale";
  writes: Used & { resets_at: string };
  received: Used;
  agents: Used;
  batches: { running: number; limit: number };
}

/** The body of every refusal: branch on the code, show the message. */
export interface ErrorBody {
  code: string;
  message: string;
  /** With `quota_exceeded` only, like the next two. */
  limit?: number;
  used?: number;
  resets_at?: string;
}

/** What a webhook is sent. */
export interface BatchEvent {
  type: "batch.completed" | "batch.failed";
  timestamp: string;
  data: Omit<BatchStatus, "errors">;
}
