/**
 * Webhooks: a subscriber of the feed that sends one request at a time per prediction, in order, `completed` last.
 * Works on snapshots it is handed, so that a slow receiver costs memory for a few states and nothing else.
 */
import type { TraceContext, WebhookEvent } from "@cog/core/wire";
import type { Log } from "#log";
import { traceFields } from "#log";
import type { Fetch } from "#outgoing";
import type { FeedEvent, Prediction, Subscriber } from "#predictions";
import { holdOutput, renderSnapshot } from "#predictions";
import type { RawJson, RawValue } from "#raw-json";
import type { Delivery, Outcome } from "./delivery.ts";
import { deliver, deliverInsistently } from "./delivery.ts";
import { Throttle } from "./throttle.ts";

export interface WebhooksOptions {
  readonly fetch: Fetch;
  readonly userAgent: string;
  readonly token: string | undefined;
  readonly intervalMs: number;
  readonly retryMs: number;
  readonly log: Log;
  readonly onSend: readonly OnSend[];
}

/** One webhook, as those who measure see it. */
export interface Sending {
  readonly event: WebhookEvent;
  readonly predictionId: string;
  readonly trace: Partial<TraceContext>;
}

/** Told when one is sent; `headers` go with it, `ended` is told what came of it after all retries. */
export type OnSend = (sending: Sending) => {
  readonly headers?: TraceContext;
  readonly ended: (outcome: Outcome) => void;
};

export interface WebhookRequest {
  readonly url: string;
  readonly filter: readonly WebhookEvent[] | undefined;
  /** `traceparent` and `tracestate` of what it belongs to. */
  readonly trace: Partial<TraceContext>;
  /** The body; default: the snapshot that all of this server's answers show. */
  readonly render?: (prediction: Prediction) => RawValue;
  /** Events that are left out when they follow another too fast; default: logs. */
  readonly throttled?: readonly WebhookEvent[];
  /** The last one was delivered, or will not be. */
  readonly onLast?: () => void;
}

/** States that may wait for a slow receiver; beyond that the newest takes the place of the one before it. */
const MOST_WAITING = 64;

/** A state that is to be sent. */
interface Waiting {
  readonly event: WebhookEvent;
  readonly now: Prediction;
  /** To be called when it has been sent, or will not be. */
  readonly release: () => void;
}

const EVENT_OF: Readonly<Record<FeedEvent["type"], WebhookEvent | undefined>> = {
  start: "start",
  output: "output",
  log: "logs",
  metric: undefined,
  completed: "completed",
};

export class Webhooks {
  readonly #options: WebhooksOptions;
  readonly #stop = new AbortController();
  readonly #open = new Set<Promise<void>>();

  constructor(options: WebhooksOptions) {
    this.#options = options;
  }

  subscriber(request: WebhookRequest): Subscriber {
    const { filter, throttled = ["logs"] } = request;
    const throttle = new Throttle({ filter, throttled, intervalMs: this.#options.intervalMs });
    const waiting: Waiting[] = [];
    let sending: Promise<void> | undefined;
    return (event, now) => {
      const name = EVENT_OF[event.type];
      if (name === undefined || !throttle.lets(name, Date.now())) return;
      if (waiting.length >= MOST_WAITING) waiting.pop()?.release();
      waiting.push({ event: name, now, release: holdOutput(now) });
      if (sending !== undefined) return;
      sending = this.#sendAll(waiting, request).finally(() => {
        sending = undefined;
      });
      this.#track(sending);
    };
  }

  /** Sends one document, as insistently as the last webhook of a prediction. */
  async post(url: string, body: RawJson, trace: Partial<TraceContext> = {}): Promise<void> {
    const sending = deliverInsistently(body, this.#deliveryTo(url, trace), this.#stop.signal).then((outcome) => {
      if (outcome !== "delivered") this.#options.log.warn("a report was not delivered", { outcome });
    });
    this.#track(sending);
    await sending;
  }

  /** Waits for what is under way, at most `patienceMs`. */
  async close(patienceMs: number): Promise<void> {
    const impatient = setTimeout(() => this.#stop.abort(), patienceMs);
    await Promise.all(this.#open);
    clearTimeout(impatient);
  }

  #track(sending: Promise<void>): void {
    this.#open.add(sending);
    void sending.finally(() => this.#open.delete(sending));
  }

  #deliveryTo(url: string, trace: Partial<TraceContext>): Delivery {
    const { fetch, userAgent, token, retryMs } = this.#options;
    const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const headers = { "Content-Type": "application/json", "User-Agent": userAgent, ...authorization, ...trace };
    return { url, headers, fetch, retryMs };
  }

  async #sendAll(waiting: Waiting[], { url, trace, render = renderSnapshot, onLast }: WebhookRequest): Promise<void> {
    const delivery = this.#deliveryTo(url, trace);
    // The prediction goes on first: nothing of this belongs to its own turn.
    await new Promise(setImmediate);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { event, now } = next;
      const last = event === "completed";
      const told = this.#options.onSend.map((begin) => begin({ event, predictionId: now.id, trace }));
      const headers = Object.assign({}, delivery.headers, ...told.map((one) => one.headers));
      const send = last ? deliverInsistently : deliver;
      const outcome = await send(render(now), { ...delivery, headers }, this.#stop.signal);
      next.release();
      for (const { ended } of told) ended(outcome);
      if (last) onLast?.();
      if (outcome === "delivered") continue;
      this.#options.log.warn(last ? "the last webhook was not delivered" : "a webhook was not delivered", {
        prediction_id: now.id,
        outcome,
        ...traceFields(trace),
      });
      // Nobody listens: what is left would only hold up the last one.
      const left = waiting.findLastIndex(({ event: one }) => one !== "completed") + 1;
      for (const { release } of waiting.splice(0, left)) release();
    }
  }
}
