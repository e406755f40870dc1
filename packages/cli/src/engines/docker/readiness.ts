/** Asks a server in a container for its health until setup is over. */
import { setTimeout as delay } from "node:timers/promises";
import { CogError, UserError } from "@cog/core/errors";
import { isJsonObject, type JsonObject } from "@cog/core/json";

/** Setup of a small model takes a tenth of a second, that of a big one minutes. */
const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 100;

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

/** Resolves when the server says anything about its health; rejects only when aborted. */
export async function untilAnswers(url: string, signal: AbortSignal): Promise<undefined> {
  while ((await healthOf(url, signal)) === undefined) await delay(FIRST_POLL_MS, undefined, { signal });
  return undefined;
}

/** Undefined while nobody answers: Docker accepts connections before the server in the container does. */
async function healthOf(url: string, signal: AbortSignal): Promise<JsonObject | undefined> {
  try {
    const response = await fetch(`${url}/health-check`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]),
    });
    const health: unknown = await response.json();
    return isJsonObject(health) ? health : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
