/**
 * Those who measure predictions, such as metrics and traces. They are told of each step, also of those that the feed does not
 * show, and only look. Unlike followers of the feed they cost a prediction next to nothing.
 */
import type { ExceptionFacts, MetricPayload, TraceContext } from "@cog/core/wire";
import type { RawValue } from "#raw-json";
import type { Submission } from "./live.ts";
import type { EndedPrediction, FailureReason } from "./prediction.ts";

/** Why one step of a prediction failed. */
export interface StepFailure {
  readonly error: string;
  readonly reason: FailureReason;
  /** What the model's code raised. */
  readonly exception?: ExceptionFacts;
}

export interface Observer {
  /** What goes on because of the prediction (webhooks, uploads, its log) belongs to; undefined: to the request's own. */
  readonly trace: TraceContext | undefined;
  /** It has a slot: this one of its worker's, counted from 0. */
  started(slot: number): void;
  /** Files of its input are fetched before it runs. */
  preparing(): void;
  /** Its input is complete and the model gets it. Returns what the model's own work belongs to. */
  running(): TraceContext | undefined;
  /** The model has yielded an item, or returned its output. */
  output(value: RawValue): void;
  metric(metric: MetricPayload): void;
  /** The model is done with it, or failed, or never got it. Files of its output may still be on their way. */
  idle(failed: StepFailure | undefined): void;
  ended(last: EndedPrediction): void;
}

/** Begins to observe a prediction that was accepted. */
export type Observe = (submission: Submission) => Observer;
