/** What is known of one prediction, and the word that ends it. */
import type { JsonObject } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";
import type { PredictionStatus } from "@cog/core/wire";
import { CANCEL_TTL_SECONDS, RESULT_TTL_SECONDS } from "@cog/core/wire";
import type { Queue } from "./queue.ts";
import { listOf, textOf } from "./replies.ts";

export interface KnownPrediction {
  readonly id: string;
  readonly status: PredictionStatus;
  /** The last snapshot, as text. */
  readonly json: string;
}

const ENDED: readonly string[] = ["succeeded", "failed", "canceled"];
const STATUSES: readonly string[] = ["starting", "processing", ...ENDED];

export function hasEnded({ status }: Pick<KnownPrediction, "status">): boolean {
  return ENDED.includes(status);
}

/** Undefined when nobody submitted it with a result to look at, and no worker has seen it; or when that was too long ago. */
export async function lookUp({ keys, call }: Queue, id: string): Promise<KnownPrediction | undefined> {
  const [status, json] = listOf(await call("HMGET", keys.result(id), "status", "json"));
  return textOf(status) === undefined ? undefined : knownOf(id, status, json);
}

/**
 * The end of a prediction that somebody waits for; undefined while it goes on. One that Redis knows no more has failed.
 * Its snapshot, which may be long, is read only then.
 */
export async function lastOf(queue: Queue, id: string): Promise<KnownPrediction | undefined> {
  const status = textOf(await queue.call("HGET", queue.keys.result(id), "status"));
  if (status !== undefined && !ENDED.includes(status)) return undefined;
  const known = await lookUp(queue, id);
  if (known !== undefined) return hasEnded(known) ? known : undefined;
  const error = "Redis knows this prediction no more: what was kept of it has expired or was removed";
  return { id, status: "failed", json: JSON.stringify({ id, status: "failed", error }) };
}

/** A result as Redis has it. */
export function knownOf(id: string, status: unknown, json: unknown): KnownPrediction {
  const word = textOf(status) ?? "";
  const known = (STATUSES.includes(word) ? word : "processing") as PredictionStatus;
  return { id, status: known, json: textOf(json) ?? JSON.stringify({ id, status: known }) };
}

/** Asks whoever runs it, or will, to end it. False when no such prediction is in flight. */
export async function cancelJob(queue: Queue, id: string): Promise<boolean> {
  const known = await lookUp(queue, id);
  if (known === undefined || hasEnded(known)) return false;
  const key = memberOf(known, "cancel_key") ?? queue.keys.cancel(id);
  // One that waits may do so for longer than that, and must not be run then.
  const ttl = known.status === "starting" ? RESULT_TTL_SECONDS : CANCEL_TTL_SECONDS;
  await queue.call("SET", key, "1", "EX", ttl);
  return true;
}

/** The stream of its events: the queue's own for this id, unless the job named another. */
export function eventsOf({ keys }: Queue, known: KnownPrediction): string {
  return memberOf(known, "result_stream") ?? keys.events(known.id);
}

function memberOf({ json }: KnownPrediction, name: "cancel_key" | "result_stream"): string | undefined {
  // Rare, and the text may be long.
  if (!json.includes(`"${name}"`)) return undefined;
  const value = parsed(json)[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function parsed(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {}; // Written by somebody else's worker: then it names nothing.
  }
}
