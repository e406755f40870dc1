/** What predictions are measured with. */

import type { EndedPrediction, FailureReason, Target } from "#predictions";
import type { Family } from "./family.ts";
import { Counter, Histogram } from "./instruments.ts";
import type { ModelMetrics } from "./model-metrics.ts";

const STATUSES: readonly EndedPrediction["status"][] = ["succeeded", "failed", "canceled"];
const FAILURES: readonly FailureReason[] = [
  "exception",
  "timeout",
  "validation",
  "worker_crash",
  "upload",
  "oom",
  "internal",
];

export class PredictionInstruments {
  readonly ended = new Counter(
    { name: "cog_predictions_total", help: "Predictions that ended." },
    ["status", "method"],
    STATUSES.map((status) => [status, "predict"]),
  );
  readonly failed = new Counter(
    { name: "cog_prediction_failures_total", help: "Predictions that failed, by reason." },
    ["reason"],
    FAILURES.map((reason) => [reason]),
  );
  readonly duration = new Histogram(
    { name: "cog_prediction_duration_seconds", help: "Time that predictions held a slot (predict_time)." },
    ["status"],
  );
  readonly queueTime = new Histogram(
    { name: "cog_prediction_queue_time_seconds", help: "Time from acceptance, or entry into a queue, to the start." },
    ["source"],
  );
  readonly firstOutput = new Histogram({
    name: "cog_prediction_time_to_first_output_seconds",
    help: "Time from the start of a prediction to its first output.",
  });
  readonly outputInterval = new Histogram({
    name: "cog_prediction_output_interval_seconds",
    help: "Time between two outputs of a prediction.",
  });
  readonly outputs = new Counter({
    name: "cog_prediction_outputs_total",
    help: "Items that models yielded, and values that they returned.",
  });
  readonly outputBytes = new Counter({ name: "cog_output_bytes_total", help: "Bytes of outputs, as JSON." });
  readonly inputBytes = new Counter({ name: "cog_input_bytes_total", help: "Bytes of inputs, as JSON." });
  readonly model: ModelMetrics;

  constructor(model: ModelMetrics) {
    this.model = model;
  }

  count(last: EndedPrediction, method: Target["method"]): void {
    this.ended.add(1, last.status, method);
    if (last.status === "failed") this.failed.add(1, last.reason);
  }

  collect(): readonly Family[] {
    const { model, ...own } = this;
    return [...Object.values(own).map((instrument) => instrument.collect()), ...model.collect()];
  }
}
