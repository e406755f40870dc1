/**
 * Everything that is counted and timed while the server works, and what it is now, for `GET /metrics`. Labels never hold ids,
 * users or inputs: each value of one is a series that somebody stores.
 */
import type { OnTransfer } from "#files";
import type { EndedPrediction, Observe, Target } from "#predictions";
import type { OnSend } from "#webhooks";
import { Counter, Histogram } from "./instruments.ts";
import { ModelMetrics } from "./model-metrics.ts";
import { PredictionInstruments } from "./prediction-instruments.ts";
import { PredictionMeter } from "./prediction-meter.ts";
import type { Present, Sources } from "./present.ts";

/** Why a request for a prediction was refused. */
export type RejectionReason = (typeof REJECTIONS)[number];

const REJECTIONS = ["busy", "starting", "draining", "unavailable", "invalid"] as const;

/** One request and its answer. */
export interface HttpExchange {
  readonly method: string;
  /** The template of the path, never the path itself. */
  readonly route: string;
  readonly code: number;
  readonly seconds: number;
}

export interface MetricsOptions {
  /** Metrics of the model that are exported too. */
  readonly modelMetrics: readonly string[];
}

export interface Scraped {
  readonly contentType: string;
  readonly text: string;
}

export class Metrics {
  readonly #predictions: PredictionInstruments;
  readonly #rejected = new Counter(
    { name: "cog_requests_rejected_total", help: "Requests for predictions that were refused." },
    ["reason"],
    REJECTIONS.map((reason) => [reason]),
  );
  readonly #http = new Histogram(
    { name: "cog_http_request_duration_seconds", help: "Time from a request to the end of its answer." },
    ["method", "route", "code"],
  );
  readonly #uploads = new Histogram(
    { name: "cog_upload_duration_seconds", help: "Time that output files took to upload." },
    ["result"],
  );
  readonly #downloads = new Histogram(
    { name: "cog_input_download_duration_seconds", help: "Time that input files took to download." },
    ["result"],
  );
  readonly #deliveries = new Counter(
    { name: "cog_webhook_deliveries_total", help: "Webhooks, each with all its attempts." },
    ["event", "result"],
  );
  readonly #deliveryTime = new Histogram(
    {
      name: "cog_webhook_delivery_duration_seconds",
      help: "Time that webhooks took, attempts and waits between them.",
    },
    ["event", "result"],
  );
  readonly #restarts = new Counter({
    name: "cog_worker_restarts_total",
    help: "Workers started again after one died.",
  });

  #present: Present | undefined;

  constructor(options: MetricsOptions) {
    this.#predictions = new PredictionInstruments(new ModelMetrics(options.modelMetrics));
  }

  readonly observe: Observe = (submission) => new PredictionMeter(submission, this.#predictions);

  readonly onTransfer: OnTransfer = ({ kind }) => {
    const durations = kind === "upload" ? this.#uploads : this.#downloads;
    const beganMs = performance.now();
    return (result) => durations.observe((performance.now() - beganMs) / 1000, result);
  };

  readonly onSend: OnSend = ({ event }) => {
    const beganMs = performance.now();
    return {
      ended: (outcome) => {
        this.#deliveries.add(1, event, outcome);
        this.#deliveryTime.observe((performance.now() - beganMs) / 1000, event, outcome);
      },
    };
  };

  rejected(reason: RejectionReason): void {
    this.#rejected.add(1, reason);
  }

  readonly answered = ({ method, route, code, seconds }: HttpExchange): void => {
    this.#http.observe(seconds, method, route, String(code));
  };

  /** A job of a queue has ended without being run. */
  unrun(last: EndedPrediction, method: Target["method"]): void {
    this.#predictions.count(last, method);
  }

  workerRestarted(): void {
    this.#restarts.add(1);
  }

  /** All of it, and what is so at present, as text in the format that `accept` prefers. */
  async scrape(sources: Sources, accept: string | undefined): Promise<Scraped> {
    const own = [
      this.#rejected,
      this.#http,
      this.#uploads,
      this.#downloads,
      this.#deliveries,
      this.#deliveryTime,
      this.#restarts,
    ].map((instrument) => instrument.collect());
    const { Present, render } = await import("./scrape.ts");
    this.#present ??= new Present(sources);
    return render([...(await this.#present.collect()), ...this.#predictions.collect(), ...own], accept);
  }
}
