import { type Answer, send } from "./http.ts";
import { type Import, type ImportOptions, runImport } from "./import.ts";
import { Deadline, PACE, retryAfter } from "./pace.ts";
import type { Batch, BatchStatus, Forecast, Item, ItemList, ItemStatus, Memory, Usage } from "./types.ts";

/** For so long an answer may wait for news. The server grants 25 s at most. */
const WAIT = "wait=20";

/** Speaks to one server with one key. */
export class BatchClient {
  /** Seconds after which a call gives up, whatever it waits for. */
  readonly patience: number;
  readonly #url: string;
  readonly #key: string;

  /** Of the server at `url`, such as `https://batch.example.com`. Nothing is sent yet. */
  constructor(url: string, key: string, { patience = 3_600 }: { patience?: number } = {}) {
    const { href, protocol, username, password, search, hash } = new URL(url);
    if (!["http:", "https:"].includes(protocol) || username || password || search || hash) {
      throw new TypeError("the address must be http:// or https:// and a host, without a user, a query or a fragment");
    }
    this.#url = href.replace(/\/+$/, "");
    this.#key = key;
    this.patience = patience;
    // What no header can hold is said now rather than with the first request, and without the key.
    if (/[^\x21-\x7e]/.test(key)) throw new TypeError("the key holds characters that no key has");
  }

  /** Sends any number of memories, at most 500 at a time, and waits until all batches have ended. */
  async import(memories: readonly Memory[], options: ImportOptions = {}): Promise<Import> {
    return runImport(this, memories, options);
  }

  /** Posts one batch as it is, and returns its job, which has not begun. However often it has to be sent, it is imported once. */
  async post(batch: Batch): Promise<BatchStatus> {
    return this.postBody(JSON.stringify(batch), crypto.randomUUID(), this.#deadline());
  }

  /** @internal */
  async postBody(body: string, key: string, deadline: Deadline): Promise<BatchStatus> {
    return status(await this.#send("POST", "/v1/batch", deadline, { "idempotency-key": key }, body));
  }

  /** What would become of a batch if it were sent now. Nothing is stored. */
  async dryRun(batch: Batch): Promise<Forecast> {
    const answer = await this.#send("POST", "/v1/batch?dry_run=true", this.#deadline(), {}, JSON.stringify(batch));
    return answer.json<Forecast>({ would_import: isCount, would_fail: isCount, errors: Array.isArray });
  }

  /** How far a job is. */
  async status(id: string): Promise<BatchStatus> {
    return status(await this.#send("GET", job(id), this.#deadline()));
  }

  /** Waits until a job has ended, and returns how. */
  async wait(id: string): Promise<BatchStatus> {
    return this.follow(id, 0, this.#deadline(), () => {});
  }

  /** @internal Asks for a job, after a pause at first, until it has ended. `each` is told whenever it has moved. */
  async follow(
    id: string,
    pause: number,
    deadline: Deadline,
    each: (job: BatchStatus) => void,
  ): Promise<BatchStatus> {
    for (let etag: string | null = null; ; ) {
      await deadline.pause(pause);
      const asked = performance.now();
      const known: Record<string, string> = etag ? { "if-none-match": etag, prefer: WAIT } : {};
      const answer = await this.#send("GET", job(id), deadline, known);
      if (answer.status !== 304 || !etag) {
        const seen = status(answer);
        each(seen);
        if (seen.status === "completed" || seen.status === "failed") return seen;
        etag = answer.headers.get("etag");
      }
      // From one request to the next: an answer that waited for news was the wait.
      pause = Math.max(0, Math.max(PACE, retryAfter(answer.headers) ?? 0) - (performance.now() - asked));
    }
  }

  /** What became of each item of a job, or of those that are in one state. Pages are asked for as they are needed. */
  async *items(id: string, state?: ItemStatus): AsyncGenerator<Item, void, undefined> {
    let deadline = this.#deadline();
    for (let after: string | null = ""; after !== null; ) {
      if (deadline.left === 0) throw deadline.gaveUp();
      const query = new URLSearchParams({ limit: "100", ...(state && { status: state }), ...(after && { after }) });
      const answer = await this.#send("GET", `${job(id)}/items?${query}`, deadline);
      const isNext = (next: unknown) => next === null || (isText(next) && next !== "" && next !== after);
      const page: ItemList = answer.json<ItemList>({ items: Array.isArray, next: isNext });
      for (const item of page.items) {
        yield item;
        // Patience is for one item: what is done with it takes as long as it takes.
        deadline = this.#deadline();
      }
      after = page.next;
      if (page.items.length === 0 && after !== null) await deadline.pause(PACE);
    }
  }

  /** Sends again what failed in a job and may land now, or the items at `indexes`, as a new job. */
  async retry(id: string, indexes?: number[]): Promise<BatchStatus> {
    const key = { "idempotency-key": crypto.randomUUID() };
    const body = indexes && JSON.stringify({ indexes });
    return status(await this.#send("POST", `${job(id)}/retry`, this.#deadline(), key, body));
  }

  /** Ends a job. What has landed stays; a job that has ended already is returned as it is. */
  async cancel(id: string): Promise<BatchStatus> {
    return status(await this.#send("POST", `${job(id)}/cancel`, this.#deadline()));
  }

  /** What the account has used up, and what it still may. */
  async usage(): Promise<Usage> {
    return (await this.#send("GET", "/v1/usage", this.#deadline())).json<Usage>({ writes: isObject, received: isObject });
  }

  #deadline(): Deadline {
    return new Deadline(this.patience);
  }

  async #send(
    method: string,
    path: string,
    deadline: Deadline,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<Answer> {
    const all = { authorization: `Bearer ${this.#key}`, ...headers };
    return send(this.#url + path, { method, headers: all, body: body ?? null }, deadline);
  }
}

function job(id: string): string {
  return `/v1/batch/${encodeURIComponent(id)}`;
}

function status(answer: Answer): BatchStatus {
  const counts = { received: isCount, imported: isCount, failed: isCount };
  return answer.json<BatchStatus>({ id: isText, status: isStatus, ...counts, errors: Array.isArray });
}

function isStatus(value: unknown): boolean {
  return isText(value) && ["pending", "processing", "completed", "failed"].includes(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
