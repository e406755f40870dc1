/**
 * Those who measure predictions, such as metrics and traces. They are told of each step, also of those that the feed does not
 * show, and only look. Unlike followers of the feed they cost a prediction next to nothing.
 */
import type { MetricPayload, TraceContext } from "@cog/core/wire";
import type { RawValue } from "#raw-json";
import type { Submission } from "./live.ts";
import type { EndedPrediction } from "./prediction.ts";

export interface Observer {
  /** What goes on because of the prediction (webhooks, uploads, its log) belongs to; undefined: to the request's own. */
  readonly trace: TraceContext | undefined;
  /** It has a slot. */
  started(): void;
  /** Its input is complete and the model gets it. Returns what the model's own work belongs to. */
  running(): TraceContext | undefined;
  /** The model has yielded an item, or returned its output. */
  output(value: RawValue): void;
  metric(metric: MetricPayload): void;
  /** The model is done with it. Files of its output may still be on their way. */
  idle(): void;
  ended(last: EndedPrediction): void;
}

/** Begins to observe a prediction that was accepted. */
export type Observe = (submission: Submission) => Observer;
