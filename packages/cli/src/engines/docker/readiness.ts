/** Asks a server in a container for its health until setup is over. */
import { setTimeout as delay } from "node:timers/promises";
import { CogError, UserError } from "@cog/core/errors";
import { isJsonObject, type JsonObject } from "@cog/core/json";
import { localFetch } from "#http";
import type { Told } from "./notifications.ts";

/** Setup of a small model takes a tenth of a second, that of a big one minutes. */
const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 100;
/** After that it is asked all the same: what it tells may be lost. */
const TOLD_MS = 1000;
/** A server that tells of itself has told by then, mostly. Others are asked, once their container runs. */
const UNTOLD_MS = 500;
/** For one answer: a model's own healthcheck may take 5 seconds. */
const ANSWER_MS = 8000;
/**
 * A connection made before the container has its network loses its first packet, which is sent again after a second; the
 * machine may have looked for the container's address in vain by then, and lets the connections after it wait as well.
 */
const ASK_AGAIN_MS = { least: 60, most: 2000 } as const;

export interface ReadinessOptions {
  readonly url: string;
  readonly ended: Promise<string>;
  /** Undefined: this server does not tell. */
  readonly told: Told | undefined;
  readonly signal: AbortSignal;
}

export async function waitUntilReady({ url, ended, told, signal }: ReadinessOptions): Promise<void> {
  let reason: string | undefined;
  const gone = ended.then((text) => {
    reason = text;
  });
  // Most setups are over before it would be worth asking a server that is at work on it.
  if (told?.isHeard() === true) await Promise.race([gone, told.settled, delay(TOLD_MS, undefined, { signal })]);
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 1.2, LONGEST_POLL_MS)) {
    signal.throwIfAborted();
    if (reason !== undefined) throw new CogError("model.ended", `Container exited unexpectedly: ${reason}`);
    const health = await healthOf(url, signal);
    switch (health?.["status"]) {
      case "READY":
      case "BUSY":
        return;
      case "SETUP_FAILED":
        throw new UserError("model.setup_failed", "Model setup failed");
      case "DEFUNCT":
      case "UNHEALTHY":
        throw new CogError("model.unhealthy", `The model is ${String(health["status"]).toLowerCase()}`);
      default:
        await Promise.race([gone, delay(wait, undefined, { signal })]);
    }
  }
}

export interface SignOptions extends Omit<ReadinessOptions, "ended"> {
  /** Asked of the engine. */
  readonly isRunning: () => Promise<boolean>;
}

/** Resolves when the server says anything of itself; rejects only when aborted. */
export async function untilAnswers({ url, told, isRunning, signal }: SignOptions): Promise<undefined> {
  if (told !== undefined) await untilToldOrRunning(told, isRunning, signal);
  if (told?.isHeard() === true) return undefined;
  const answered = new AbortController();
  const asking = AbortSignal.any([signal, answered.signal]);
  const ask = async (): Promise<"refused" | "over"> => {
    try {
      if ((await healthOf(url, asking)) === undefined) return "refused";
      answered.abort();
    } catch {
      // Aborted, by us or by another question that was answered.
    }
    return "over";
  };
  let patience: number = ASK_AGAIN_MS.least;
  while (!asking.aborted) {
    const said = await Promise.race([ask(), delay(patience, "silent")]);
    if (said === "refused") await delay(FIRST_POLL_MS);
    else patience = Math.min(2 * patience, ASK_AGAIN_MS.most);
  }
  signal.throwIfAborted();
  return undefined;
}

async function untilToldOrRunning({ first, isHeard }: Told, isRunning: () => Promise<boolean>, signal: AbortSignal) {
  do {
    await Promise.race([first, delay(UNTOLD_MS, undefined, { signal }).catch(() => undefined)]);
  } while (!isHeard() && !signal.aborted && !(await isRunning()));
}

/** Undefined while nobody answers: Docker accepts connections before the server in the container does. */
async function healthOf(url: string, signal: AbortSignal): Promise<JsonObject | undefined> {
  // Not AbortSignal.timeout: a signal that only another one knows is forgotten by Node 20 before its time.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ANSWER_MS);
  try {
    const response = await localFetch(`${url}/health-check`, {
      signal: AbortSignal.any([signal, late.signal]),
    });
    const health: unknown = await response.json();
    return isJsonObject(health) ? health : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
