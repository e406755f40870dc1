/** Prediction → JSON text. Inputs and outputs are spliced in as they are. */
import type { Piece, RawJson, RawValue } from "#raw-json";
import { compact, concat, piecesOf, rawJson } from "#raw-json";
import { timestamp } from "#time";
import type { FeedEvent } from "./feed.ts";
import type { Prediction } from "./prediction.ts";
import { hasEnded } from "./prediction.ts";

/** Values of this length stay pieces of their own: putting megabytes together means to copy them once more. */
const LONG_CHARACTERS = 16 * 1024;

/**
 * The body a waiting client gets, in pieces. The reference leaves partial output out of failed and canceled bodies; so do
 * we.
 */
export function renderAnswer(prediction: Prediction): RawValue {
  return render(prediction, { partialOutput: !hasEnded(prediction) });
}

/**
 * The body of snapshots, webhooks and the `completed` event: with the items so far.
 * @param queuePosition while it waits for a slot
 */
export function renderSnapshot(prediction: Prediction, queuePosition?: number): RawValue {
  return compact(renderLast(prediction, queuePosition));
}

/** The same, in which long values stay as they are. */
export function renderLast(prediction: Prediction, queuePosition?: number): RawValue {
  return render(prediction, { partialOutput: true, queuePosition });
}

/** The data of a server-sent event, and of an event of a queue. */
export function renderEvent(event: FeedEvent, now: Prediction): RawValue {
  switch (event.type) {
    case "start":
      return rawJson(`{"id":${JSON.stringify(now.id)},"status":"processing"}`);
    case "output":
      if (typeof event.chunk === "string") return rawJson(`{"chunk":${event.chunk},"index":${event.index}}`);
      return concat('{"chunk":', event.chunk, `,"index":${event.index}}`);
    case "log":
      return rawJson(JSON.stringify({ source: event.source, data: event.text }));
    case "metric":
      return rawJson(JSON.stringify(event.metric));
    case "completed":
      return renderSnapshot(now);
  }
}

/** The answer to `Prefer: respond-async`; its two keys are what clients compare. */
export function renderAccepted(id: string): RawJson {
  return rawJson(`{"id":${JSON.stringify(id)},"status":"starting"}`);
}

interface Rendering {
  readonly partialOutput: boolean;
  readonly queuePosition?: number | undefined;
}

function render(prediction: Prediction, { partialOutput, queuePosition }: Rendering): RawValue {
  const { id, status, input, createdAt, logs } = prediction;
  const pieces: Piece[] = [];
  let text = `{"id":${JSON.stringify(id)},"status":"${status}","input":`;
  const add = (value: RawValue): void => {
    if (typeof value === "string" && value.length < LONG_CHARACTERS) text += value;
    else {
      pieces.push(text, ...piecesOf(value));
      text = "";
    }
  };
  add(input);
  text += `,"created_at":${JSON.stringify(createdAt)}`;
  if (queuePosition !== undefined) text += `,"queue_position":${queuePosition}`;
  if (prediction.status !== "starting" && prediction.startedAt !== undefined) {
    text += `,"started_at":"${timestamp(prediction.startedAt)}"`;
  }
  if (hasEnded(prediction)) text += `,"completed_at":"${timestamp(prediction.completedAt)}"`;
  text += `,"logs":${logs === "" ? '""' : JSON.stringify(logs)},"metrics":${metricsOf(prediction)}`;
  if (prediction.status === "succeeded") {
    text += ',"output":';
    add(prediction.output);
  } else if (partialOutput && prediction.itemCount > 0) {
    text += ',"output":[';
    add(prediction.items);
    text += "]";
  }
  if (prediction.status === "failed") text += `,"error":${JSON.stringify(prediction.error)}`;
  text += "}";
  const [first, ...rest] = pieces;
  return first === undefined ? rawJson(text) : [first, ...rest, text];
}

function metricsOf(prediction: Prediction): string {
  if (!hasEnded(prediction)) return JSON.stringify(prediction.metrics);
  const { metrics, seconds } = prediction;
  for (const _ in metrics) return JSON.stringify({ ...metrics, predict_time: seconds });
  return `{"predict_time":${seconds}}`;
}
