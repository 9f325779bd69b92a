import type { BatchClient } from "./client.ts";
import { ApiError, BatchError } from "./errors.ts";
import { afterFailures, Deadline, PACE } from "./pace.ts";
import type { Batch, BatchStatus, Memory } from "./types.ts";

/** The most memories in one batch. */
const BATCH_ITEMS = 500;

/** So many of an account's batches may run at once. */
const RUNNING = 3;

/** The longest body of one batch, in characters of up to three bytes. The server takes 32 MiB. */
const BODY_CHARS = 10 * 2 ** 20;

/** One batch of an import. */
export interface Part {
  /** Where its first memory stands among all, from 0. */
  first: number;
  /** As it was last seen. */
  job: BatchStatus;
}

/** What became of memories that were sent in as many batches as it took. */
export class Import {
  /** In the order of the memories. */
  readonly parts: Part[] = [];

  get received(): number {
    return this.#sum("received");
  }

  get imported(): number {
    return this.#sum("imported");
  }

  get failed(): number {
    return this.#sum("failed");
  }

  /** Which memories did not land, by their place among all, and why. */
  get errors(): { at: number; error: string }[] {
    return this.parts.flatMap(({ first, job }) => job.errors.map(({ index, error }) => ({ at: first + index, error })));
  }

  #sum(count: "received" | "imported" | "failed"): number {
    return this.parts.reduce((sum, part) => sum + part.job[count], 0);
  }
}

/** How memories are imported. */
export interface ImportOptions extends Omit<Batch, "memories"> {
  /** Whether to wait until all batches have ended, rather than until they are taken; yes if nothing is said. */
  wait?: boolean;
  /**
   * What makes the same call safe to repeat within 24 hours: with the same key, memories and options it imports nothing twice.
   * Visible ASCII characters, such as a UUID that is kept.
   */
  key?: string;
  /** Is told whenever something has moved. */
  onProgress?: (soFar: Import) => void;
}

/** Sends any number of memories, at most 500 at a time, with at most three batches running. */
export async function runImport(
  client: BatchClient,
  memories: readonly Memory[],
  { wait = true, onProgress, key: importKey, ...rest }: ImportOptions,
): Promise<Import> {
  if (rest.lines && rest.lines.length !== memories.length) throw new RangeError("there must be as many lines as memories");
  if (importKey !== undefined && !/^[\x21-\x7e]+$/.test(importKey)) {
    throw new TypeError("the key of an import must be of visible ASCII characters");
  }
  const deadline = new Deadline(client.patience);
  const done = new Import();
  const running: { part: Part; posted: number }[] = [];
  const group = rest.group ?? (memories.length > BATCH_ITEMS ? await groupOf(importKey) : undefined);

  async function endOfFirst(): Promise<void> {
    const first = running.shift();
    if (!first) return;
    const pause = Math.max(0, PACE - (performance.now() - first.posted));
    await client.follow(first.part.job.id, pause, deadline, (job) => {
      first.part.job = job;
      onProgress?.(done);
    });
  }

  async function post(body: string, key: string): Promise<BatchStatus> {
    if (running.length >= RUNNING) await endOfFirst();
    for (let refusals = 1; ; ) {
      try {
        return await client.postBody(body, key, deadline);
      } catch (error) {
        if (!(error instanceof ApiError && error.code === "too_many_batches")) throw error;
        deadline.persists = true;
        // Others of the account run beside it.
        if (running.length > 0) await endOfFirst();
        else await deadline.pause(Math.max(PACE, afterFailures(refusals++)), error);
      }
    }
  }

  async function sendRange(start: number, end: number): Promise<void> {
    const body = JSON.stringify({
      ...rest,
      ...(group && { group }),
      ...(rest.lines && { lines: rest.lines.slice(start, end) }),
      memories: memories.slice(start, end),
    });
    if (body.length > BODY_CHARS && end - start > 1) {
      const middle = (start + end) >> 1;
      await sendRange(start, middle);
      return sendRange(middle, end);
    }
    // One for all tries: a batch that had to wait for room was refused, and remembers no key.
    const key = importKey === undefined ? crypto.randomUUID() : `${importKey}-${start}`;
    const part = { first: start, job: await post(body, key) };
    deadline.persists = true;
    running.push({ part, posted: performance.now() });
    done.parts.push(part);
    onProgress?.(done);
  }

  try {
    // One that is empty where there is nothing, which is the server's to refuse.
    for (let start = 0; start < Math.max(1, memories.length); start += BATCH_ITEMS) {
      await sendRange(start, Math.min(start + BATCH_ITEMS, memories.length));
    }
    while (wait && running.length > 0) await endOfFirst();
    return done;
  } catch (error) {
    if (error instanceof BatchError) error.soFar = done;
    throw error;
  }
}

/** What the batches of an import share: the same, a UUID of version 5, where the import is sent again. */
async function groupOf(key: string | undefined): Promise<string> {
  if (key === undefined) return crypto.randomUUID();
  const namespace = [0x6b, 0xa7, 0xb8, 0x12, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];
  const bytes = Uint8Array.of(...namespace, ...new TextEncoder().encode(key));
  const hash = new DataView(await crypto.subtle.digest("SHA-1", bytes));
  hash.setUint8(6, (hash.getUint8(6) & 0x0f) | 0x50);
  hash.setUint8(8, (hash.getUint8(8) & 0x3f) | 0x80);
  const hex = Array.from({ length: 16 }, (_, at) => hash.getUint8(at).toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
