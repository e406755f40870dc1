/** What producers of older versions of Cog are told of a prediction, each in the form it knows. Pure. */
import type { Json, JsonObject } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";
import type { Prediction } from "#predictions";
import { hasEnded } from "#predictions";
import type { RawJson } from "#raw-json";
import { concat, rawJson, textOf, toRawJson } from "#raw-json";
import type { Job } from "./job.ts";

/** How a model gives its output. */
export interface Shape {
  /** It yields, so that there is something to tell before the end. */
  readonly iterates: boolean;
}

/** What replies say of a prediction, live or read from its result. */
export interface Snapshot {
  readonly status: string;
  /** Undefined: none yet. */
  readonly output: RawJson | undefined;
  readonly logs: string;
  readonly error: string | undefined;
  /** Milliseconds. */
  readonly startedAt: number | undefined;
  readonly completedAt: number | undefined;
  readonly metrics: JsonObject;
}

/** @param iterates without that, what there is before the end was never told */
export function snapshotOf(now: Prediction, { iterates }: Shape): Snapshot {
  const partial = iterates && now.itemCount > 0 ? textOf(concat("[", now.items, "]")) : undefined;
  const { logs } = now;
  if (!hasEnded(now)) {
    const startedAt = now.status === "processing" ? now.startedAt : undefined;
    return {
      status: now.status,
      output: partial,
      logs,
      error: undefined,
      startedAt,
      completedAt: undefined,
      metrics: now.metrics,
    };
  }
  const { status, startedAt, completedAt, seconds } = now;
  return {
    status,
    output: now.status === "succeeded" ? textOf(now.output) : partial,
    logs,
    error: now.status === "failed" ? now.error : undefined,
    startedAt,
    completedAt,
    metrics: { ...now.metrics, predict_time: seconds },
  };
}

/** From the `json` of a result hash: what another delivery of the job came to. */
export function snapshotFrom(json: string, { iterates }: Shape): Snapshot {
  const result: unknown = JSON.parse(json);
  const { status, output, logs, error, started_at, completed_at, metrics }: JsonObject = isJsonObject(result)
    ? result
    : {};
  return {
    status: String(status),
    output: output === undefined || (status !== "succeeded" && !iterates) ? undefined : toRawJson(output),
    logs: typeof logs === "string" ? logs : "",
    error: typeof error === "string" ? error : undefined,
    startedAt: millisecondsOf(started_at),
    completedAt: millisecondsOf(completed_at),
    metrics: isJsonObject(metrics) ? metrics : {},
  };
}

/** Cog 0.5 to 0.7, also in webhooks: the message itself with what became of it. */
export function echoingSnapshot({ message, text }: Job, snapshot: Snapshot): RawJson {
  const { status, output = "null", logs, error, startedAt, completedAt, metrics } = snapshot;
  const told: JsonObject = {
    status,
    logs,
    ...(error === undefined ? {} : { error }),
    ...(startedAt === undefined ? {} : { started_at: isoTime(startedAt) }),
    ...(completedAt === undefined ? {} : { completed_at: isoTime(completedAt) }),
    metrics,
  };
  const clashes = ["output", ...Object.keys(told), "error", "started_at", "completed_at"].some(
    (name) => name in message,
  );
  // As it came where that is possible: numbers keep all their digits.
  const echo = clashes ? JSON.stringify(without(message)) : text.trim();
  const members = echo.slice(1, -1).trim();
  return rawJson(`{${members}${members === "" ? "" : ","}"output":${output},${JSON.stringify(told).slice(1)}`);
}

/** A message that is a snapshot of an earlier prediction, sent again. */
function without(message: JsonObject): JsonObject {
  const {
    status: _1,
    output: _2,
    logs: _3,
    error: _4,
    started_at: _5,
    completed_at: _6,
    metrics: _7,
    ...rest
  } = message;
  return rest;
}

/** Cog 0.3 and 0.4: logs are lines. */
export function linesSnapshot({
  status,
  output = rawJson("null"),
  logs,
  error,
  startedAt,
  completedAt,
}: Snapshot): RawJson {
  const times = {
    ...(startedAt === undefined ? {} : { started_at: isoTime(startedAt) }),
    ...(completedAt === undefined ? {} : { completed_at: isoTime(completedAt) }),
  };
  const told: JsonObject = {
    status,
    logs: logs === "" ? [] : logs.replace(/\n$/, "").split("\n"),
    ...(error === undefined ? {} : { error }),
    "x-experimental-timestamps": times,
  };
  return rawJson(`{"output":${output},${JSON.stringify(told).slice(1)}`);
}

/** Cog 0.1 and 0.2: one output a message. */
export function valueMessage(value: RawJson, status: "processing" | "success"): RawJson {
  return rawJson(`{"value":${value},"status":"${status}"}`);
}

/** The last message of Cog 0.1 and 0.2. Of an iterator it is the last item, as that was how its end was told. */
export function lastValueMessage({ status, output, error }: Snapshot, { iterates }: Shape): RawJson {
  if (status !== "succeeded") {
    return toRawJson({ status: "failed", error: error ?? (status === "canceled" ? "Canceled" : status) });
  }
  const items: unknown = iterates && output !== undefined ? JSON.parse(output) : undefined;
  const value = Array.isArray(items) ? toRawJson((items.at(-1) ?? null) as Json) : (output ?? rawJson("null"));
  return valueMessage(value, "success");
}

/** As these versions of Cog wrote it. */
function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function millisecondsOf(time: Json | undefined): number | undefined {
  return typeof time === "string" ? Date.parse(time) : undefined;
}
