/** Which events of a prediction are sent. Pure but for the clock, which comes in. */
import type { WebhookEvent } from "@cog/core/wire";

export interface ThrottleOptions {
  /** Absent: all. */
  readonly filter: readonly WebhookEvent[] | undefined;
  readonly intervalMs: number;
}

export class Throttle {
  readonly #options: ThrottleOptions;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(options: ThrottleOptions) {
    this.#options = options;
  }

  /** Log events are dropped when they follow any other too fast; the next one carries everything. */
  lets(event: WebhookEvent, nowMs: number): boolean {
    const { filter, intervalMs } = this.#options;
    if (filter !== undefined && !filter.includes(event)) return false;
    if (event === "logs" && nowMs - this.#lastMs < intervalMs) return false;
    if (event !== "completed") this.#lastMs = nowMs;
    return true;
  }
}
