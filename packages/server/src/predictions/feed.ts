/**
 * What happens in one prediction, for whoever subscribes: SSE streams, webhooks, a waiting response. Keeps the newest
 * events for those who come later. Sinks only look; nothing here changes a prediction.
 */
import type { MetricPayload } from "@cog/core/wire";
import type { RawValue } from "#raw-json";
import type { Prediction } from "./prediction.ts";

export type FeedEvent =
  | { readonly type: "start" }
  | { readonly type: "output"; readonly chunk: RawValue; readonly index: number }
  | { readonly type: "log"; readonly source: "stdout" | "stderr"; readonly text: string }
  | { readonly type: "metric"; readonly metric: MetricPayload }
  | { readonly type: "completed" };

export type Subscriber = (event: FeedEvent, now: Prediction) => void;

/** What a subscriber that came late is told first. */
export type Replay =
  | { readonly type: "complete"; readonly events: readonly FeedEvent[] }
  /** Events were dropped: what is left would mislead. */
  | { readonly type: "truncated"; readonly skipped: number };

export class Feed {
  readonly #subscribers = new Set<Subscriber>();
  readonly #onEnd: ((last: Prediction) => void)[] = [];
  readonly #capacity: number;
  /** A ring once it is full: the oldest event is at #published % capacity. */
  readonly #history: FeedEvent[] = [];
  #published = 0;

  /** @param capacity events kept for late subscribers; 0: none */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Somebody sees single events, now or later. */
  get isFollowed(): boolean {
    return this.#subscribers.size > 0 || this.#capacity > 0;
  }

  /** Calls `subscriber` for every event from now on. Returns the way out. */
  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  /** Calls `ended` once, with the last state. */
  onEnd(ended: (last: Prediction) => void): void {
    this.#onEnd.push(ended);
  }

  publish(event: FeedEvent, now: Prediction): void {
    if (this.#capacity > 0) {
      this.#history[this.#published % this.#capacity] = event;
      this.#published += 1;
    }
    for (const subscriber of this.#subscribers) subscriber(event, now);
    if (event.type === "completed") for (const ended of this.#onEnd) ended(now);
  }

  replay(): Replay {
    const skipped = this.#published - this.#history.length;
    if (skipped > 0) return { type: "truncated", skipped };
    return { type: "complete", events: [...this.#history] };
  }
}
