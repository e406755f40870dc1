/** Asks a server in a container for its health until setup is over. */
import { setTimeout as delay } from "node:timers/promises";
import { CogError, UserError } from "@cog/core/errors";
import { isJsonObject, type JsonObject } from "@cog/core/json";

/** Setup of a small model takes a tenth of a second, that of a big one minutes. */
const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 100;
/** For one answer: a model's own healthcheck may take 5 seconds, a connection made too early is never answered. */
const ANSWER_MS = { least: 1000, most: 8000 } as const;

export interface ReadinessOptions {
  readonly url: string;
  readonly ended: Promise<string>;
  readonly signal: AbortSignal;
}

export async function waitUntilReady({ url, ended, signal }: ReadinessOptions): Promise<void> {
  let reason: string | undefined;
  const gone = ended.then((text) => {
    reason = text;
  });
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 1.2, LONGEST_POLL_MS)) {
    signal.throwIfAborted();
    if (reason !== undefined) throw new CogError("model.ended", `Container exited unexpectedly: ${reason}`);
    const health = await healthOf(url, signal, ANSWER_MS.most);
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

/** Resolves when the server says anything about its health; rejects only when aborted. */
export async function untilAnswers(url: string, signal: AbortSignal): Promise<undefined> {
  for (let patience: number = ANSWER_MS.least; ; patience = Math.min(2 * patience, ANSWER_MS.most)) {
    if ((await healthOf(url, signal, patience)) !== undefined) return undefined;
    await delay(FIRST_POLL_MS, undefined, { signal });
  }
}

/** Undefined while nobody answers: Docker accepts connections before the server in the container does. */
async function healthOf(url: string, signal: AbortSignal, patienceMs: number): Promise<JsonObject | undefined> {
  // Not AbortSignal.timeout: a signal that only another one knows is forgotten by Node 20 before its time.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), patienceMs);
  try {
    const response = await fetch(`${url}/health-check`, {
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
