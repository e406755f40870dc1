/** One prediction as spans: itself, its inputs, the model's part. */

import type { TraceContext } from "@cog/core/wire";
import type { Attributes, Span, Tracer } from "@opentelemetry/api";
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { EndedPrediction, Observer, Source, StepFailure, Submission } from "#predictions";
import { contextOf, headersOf } from "./propagation.ts";

export class PredictionSpans implements Observer {
  readonly trace: TraceContext;
  readonly #tracer: Tracer;
  readonly #prediction: Span;
  readonly #acceptedMs = performance.now();
  readonly #source: Source | undefined;
  /** The step that it is in: its inputs, or the model. */
  #step: Span | undefined;
  #firstOutput = true;
  #lastOutputMs: number | undefined;

  constructor(submission: Submission, tracer: Tracer) {
    const { id, source } = submission;
    const kind = source?.kind === "redis" ? SpanKind.CONSUMER : SpanKind.SERVER;
    const attributes = { "cog.prediction.id": id, ...attributesOf(source) };
    this.#tracer = tracer;
    this.#source = source;
    this.#prediction = tracer.startSpan("cog.prediction", { kind, attributes }, contextOf(submission.trace));
    this.trace = headersOf(this.#prediction);
  }

  started(slot: number): void {
    const waitedMs =
      performance.now() - this.#acceptedMs + (this.#source?.kind === "redis" ? this.#source.waitedMs : 0);
    this.#prediction.setAttributes({ "cog.prediction.slot": slot, time_in_queue: waitedMs / 1000 });
  }

  preparing(): void {
    this.#enter("cog.prediction.inputs");
  }

  running(): TraceContext {
    return headersOf(this.#enter("cog.predict"));
  }

  output(): void {
    this.#lastOutputMs = Date.now();
    if (this.#firstOutput) this.#step?.addEvent("first_output", this.#lastOutputMs);
    this.#firstOutput = false;
  }

  metric(): void {
    // Metrics have a place of their own.
  }

  idle(failed: StepFailure | undefined): void {
    if (this.#lastOutputMs !== undefined) this.#step?.addEvent("last_output", this.#lastOutputMs);
    if (failed !== undefined) fail(this.#step ?? this.#prediction, failed);
    this.#step?.end();
    this.#step = undefined;
  }

  ended(last: EndedPrediction): void {
    this.#step?.end();
    this.#prediction.setAttribute("cog.prediction.status", last.status);
    if (last.status === "failed") this.#prediction.setStatus({ code: SpanStatusCode.ERROR, message: last.error });
    this.#prediction.end();
  }

  #enter(name: string): Span {
    this.#step?.end();
    this.#step = this.#tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, this.#prediction));
    return this.#step;
  }
}

function fail(span: Span, { error, reason, exception }: StepFailure): void {
  const { type = reason, stack } = exception ?? {};
  span.recordException(stack === undefined ? { name: type, message: error } : { name: type, message: error, stack });
  span.setStatus({ code: SpanStatusCode.ERROR, message: error });
}

function attributesOf(source: Source | undefined): Attributes {
  switch (source?.kind) {
    case undefined:
      return {};
    case "http":
      return { "http.request.method": source.method, "http.route": source.route };
    case "redis":
      return {
        "messaging.system": "redis",
        "messaging.operation.name": "process",
        "messaging.destination.name": source.queue,
      };
  }
}
