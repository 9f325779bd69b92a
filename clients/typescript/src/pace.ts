import { GaveUpError } from "./errors.ts";

/** Milliseconds between two requests for a job where the server says nothing else. */
export const PACE = 1_000;

/** The longest that a timer may be set for, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The end of a call's patience. */
export class Deadline {
  /** Whether the API is known to be there, so that connections and gateways that fail are waited out. */
  persists = false;
  readonly #end: number;
  readonly #seconds: number;

  constructor(seconds: number) {
    this.#seconds = seconds;
    this.#end = performance.now() + seconds * 1_000;
  }

  /** Milliseconds. */
  get left(): number {
    return Math.max(0, this.#end - performance.now());
  }

  gaveUp(cause?: unknown): GaveUpError {
    return new GaveUpError(this.#seconds, cause);
  }

  /** Waits so many milliseconds, or gives up at once where that would outlast the patience. */
  async pause(milliseconds: number, cause?: unknown): Promise<void> {
    if (milliseconds >= this.left) throw this.gaveUp(cause);
    // A timer that is set for longer would be over at once.
    for (let left = milliseconds; left >= 0; left -= LONGEST_TIMER) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(left, LONGEST_TIMER)));
    }
  }
}

/** The wait after so many failures on end, in milliseconds. It doubles, up to ten seconds. */
export function afterFailures(count: number): number {
  return Math.min(200 * 2 ** (count - 1), 10_000);
}

/**
 * The milliseconds that an answer asks to wait, be it in seconds or as a date. A date is held against the answer's own clock,
 * so that it does not matter how wrong the clock of this machine is.
 */
export function retryAfter(headers: Headers): number | undefined {
  const asked = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+$/.test(asked)) return Number(asked) * 1_000;
  // All forms of a date in HTTP begin with the day of the week.
  const until = /^[A-Za-z]/.test(asked) ? Date.parse(asked) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const clock = Date.parse(headers.get("date") ?? "");
  return Math.max(0, until - (Number.isNaN(clock) ? Date.now() : clock));
}
