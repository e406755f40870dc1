/** How a queue is doing. */
import { isJsonObject } from "@cog/core/json";
import type { HealthState, QueueWorker } from "@cog/core/wire";
import { WORKER_GONE_MS } from "@cog/core/wire";
import type { Queue } from "./queue.ts";
import { listOf, numberOf, pairsOf, textOf } from "./replies.ts";

export interface QueueReport {
  /** Jobs that no worker has taken. */
  readonly waiting: number;
  /** Jobs that a worker has taken and not finished. */
  readonly running: number;
  /** Jobs that were given up. */
  readonly dead: number;
  readonly workers: readonly KnownWorker[];
}

export interface KnownWorker extends Omit<QueueWorker, "seen" | "status"> {
  readonly name: string;
  readonly status: HealthState;
  readonly seenSecondsAgo: number;
}

/** Undefined when there is no such queue: no worker has ever read from it. */
export async function reportOf({ keys, call }: Queue): Promise<QueueReport | undefined> {
  if (numberOf(await call("EXISTS", keys.jobs)) === 0) return undefined;
  const [length, groups, dead, workers, time] = await Promise.all([
    call("XLEN", keys.jobs),
    call("XINFO", "GROUPS", keys.jobs),
    call("XLEN", keys.dead),
    call("HGETALL", keys.workers),
    call("TIME"),
  ]);
  const group = listOf(groups)
    .map(pairsOf)
    .find((facts) => facts.get("name") === keys.group);
  const pending = numberOf(group?.get("pending"));
  const lag = group?.get("lag");
  const nowMs = numberOf(listOf(time)[0]) * 1000;
  return {
    waiting: lag === undefined || lag === null ? numberOf(length) - pending : numberOf(lag),
    running: pending,
    dead: numberOf(dead),
    workers: [...pairsOf(workers)]
      .flatMap(([name, text]) => workerOf(name, textOf(text) ?? "", nowMs))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** Without those that were not seen for so long that they must be gone. */
function workerOf(name: string, text: string, nowMs: number): readonly KnownWorker[] {
  const entry = parsed(text);
  if (!isJsonObject(entry)) return [];
  const { slots, busy, seen, version, status } = entry;
  const ageMs = Math.max(0, nowMs - Number(seen));
  if (typeof slots !== "number" || typeof busy !== "number" || !(ageMs <= WORKER_GONE_MS)) return [];
  const own = typeof status === "string" ? (status as HealthState) : busy < slots ? "READY" : "BUSY";
  return [{ name, slots, busy, version: String(version ?? ""), status: own, seenSecondsAgo: Math.round(ageMs / 1000) }];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not a worker's.
  }
}
