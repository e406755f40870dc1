/**
 * A prediction as a value, and the one function that moves it on. Responses, SSE, webhooks and the history only look at
 * these states. Strings that grow (logs, items) are JavaScript ropes: appending is cheap and old states stay valid.
 */
import type { Json, JsonObject } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";
import type { MetricPayload } from "@cog/core/wire";
import type { RawJson, RawValue } from "#raw-json";
import { append, concat, holdLong, rawJson } from "#raw-json";
import type { WorkerFailure } from "#workers";

export interface Progress {
  readonly id: string;
  readonly input: RawJson;
  /** As the client sent it, else when it was accepted; ISO 8601. */
  readonly createdAt: string;
  readonly logs: string;
  /** The items produced so far, joined by commas. */
  readonly items: RawValue;
  readonly itemCount: number;
  /** The model's own, without `predict_time`. */
  readonly metrics: JsonObject;
  readonly cancelRequested: boolean;
}

interface End {
  /** Milliseconds since 1970; undefined when it never got a slot. */
  readonly startedAt: number | undefined;
  readonly completedAt: number;
  /** `predict_time`: from taking the slot to the end. */
  readonly seconds: number;
}

export type Prediction =
  | (Progress & { readonly status: "starting" })
  | (Progress & { readonly status: "processing"; readonly startedAt: number })
  | (Progress & End & { readonly status: "succeeded"; readonly output: RawValue })
  | (Progress & End & { readonly status: "failed"; readonly error: string; readonly reason: FailureReason })
  | (Progress & End & { readonly status: "canceled" });

export type EndedPrediction = Extract<Prediction, End>;

/** Why it failed, in a word: for counting. */
export type FailureReason = WorkerFailure | "timeout" | "validation" | "upload";

/** What a step around the model throws, so that the prediction's reason is not "exception". */
export class StepFailed extends Error {
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

interface Ending {
  readonly at: number;
  readonly seconds: number;
}

export type PredictionEvent =
  | { readonly type: "started"; readonly at: number }
  | { readonly type: "log"; readonly source: "stdout" | "stderr"; readonly text: string }
  | { readonly type: "output"; readonly value: RawValue }
  | { readonly type: "metric"; readonly metric: MetricPayload }
  | { readonly type: "cancelRequested" }
  /** `value` undefined: the output is the array of the items. */
  | (Ending & { readonly type: "done"; readonly value: RawValue | undefined })
  | (Ending & { readonly type: "failed"; readonly error: string; readonly reason: FailureReason })
  | (Ending & { readonly type: "canceled" });

export interface NewPrediction {
  readonly id: string;
  readonly input: RawJson;
  readonly createdAt: string;
}

export function newPrediction({ id, input, createdAt }: NewPrediction): Prediction {
  const nothing = { logs: "", items: rawJson(""), itemCount: 0, metrics: {}, cancelRequested: false };
  return { status: "starting", id, input, createdAt, ...nothing };
}

export function hasEnded(prediction: Prediction): prediction is EndedPrediction {
  return prediction.status !== "starting" && prediction.status !== "processing";
}

/** Keeps what its output is read from, for whoever shows it later, until the returned function is called. */
export function holdOutput(prediction: Prediction): () => void {
  return holdLong(prediction.status === "succeeded" ? prediction.output : prediction.items);
}

/** The next state. Events after the end are ignored: the worker may still be flushing. */
export function advance(now: Prediction, event: PredictionEvent): Prediction {
  if (hasEnded(now)) return now;
  switch (event.type) {
    case "started":
      if (now.status !== "starting") return now;
      return Object.assign(progressOf(now), { status: "processing", startedAt: event.at } as const);
    case "log":
      return { ...now, logs: now.logs + event.text };
    case "output":
      return withItem(now, event.value);
    case "metric":
      return { ...now, metrics: recordMetric(now.metrics, event.metric) };
    case "cancelRequested":
      return { ...now, cancelRequested: true };
    case "done":
      // A model that swallows the cancellation and returns is canceled all the same; its items stay visible.
      if (now.cancelRequested) return end(now, event, { status: "canceled" });
      return end(now, event, { status: "succeeded", output: event.value ?? concat("[", now.items, "]") });
    case "failed":
      if (now.cancelRequested) return end(now, event, { status: "canceled" });
      return end(now, event, { status: "failed", error: event.error, reason: event.reason });
    case "canceled":
      return end(now, event, { status: "canceled" });
  }
}

type Live = Exclude<Prediction, EndedPrediction>;

function withItem<State extends Live>(now: State, value: RawValue): State {
  return { ...now, items: now.itemCount === 0 ? value : append(now.items, value), itemCount: now.itemCount + 1 };
}

type Outcome =
  | { readonly status: "succeeded"; readonly output: RawValue }
  | { readonly status: "failed"; readonly error: string; readonly reason: FailureReason }
  | { readonly status: "canceled" };

function end(now: Live, { at, seconds }: Ending, outcome: Outcome): Prediction {
  const startedAt = now.status === "processing" ? now.startedAt : undefined;
  return Object.assign(progressOf(now), { startedAt, completedAt: at, seconds }, outcome);
}

/** Name by name: V8 takes more than ten times as long for a spread that gets new members (5 µs, twice a prediction). */
function progressOf(now: Prediction): Progress {
  const { id, input, createdAt, logs, items, itemCount, metrics, cancelRequested } = now;
  return { id, input, createdAt, logs, items, itemCount, metrics, cancelRequested };
}

/** Dots in the name nest. The worker has checked name and value. */
function recordMetric(metrics: JsonObject, { name, value, mode }: MetricPayload): JsonObject {
  return change(metrics, name.split("."), (old) => {
    switch (mode) {
      case "replace":
        return value === null ? undefined : value;
      case "increment":
        return (typeof old === "number" ? old : 0) + Number(value);
      case "append":
        if (old === undefined) return [value];
        return [...(Array.isArray(old) ? (old as Json[]) : [old]), value];
    }
  });
}

function change(
  object: JsonObject,
  [key = "", ...rest]: readonly string[],
  next: (old: Json | undefined) => Json | undefined,
): JsonObject {
  const old = Object.hasOwn(object, key) ? object[key] : undefined;
  const value = rest.length === 0 ? next(old) : change(isJsonObject(old) ? old : {}, rest, next);
  if (value !== undefined) return { ...object, [key]: value };
  const { [key]: _, ...others } = object;
  return others;
}
