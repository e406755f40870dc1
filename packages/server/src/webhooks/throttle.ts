/** Which events of a prediction are sent. Pure but for the clock, which comes in. */
import type { WebhookEvent } from "@cog/core/wire";

export interface ThrottleOptions {
  /** Absent: all. */
  readonly filter: readonly WebhookEvent[] | undefined;
  /** Those that are left out when they follow another too fast. */
  readonly throttled: readonly WebhookEvent[];
  readonly intervalMs: number;
}

export class Throttle {
  readonly #options: ThrottleOptions;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(options: ThrottleOptions) {
    this.#options = options;
  }

  /** What is left out is not lost: the next one carries everything. */
  lets(event: WebhookEvent, nowMs: number): boolean {
    const { filter, throttled, intervalMs } = this.#options;
    if (filter !== undefined && !filter.includes(event)) return false;
    if (throttled.includes(event) && nowMs - this.#lastMs < intervalMs) return false;
    if (event !== "completed") this.#lastMs = nowMs;
    return true;
  }
}
