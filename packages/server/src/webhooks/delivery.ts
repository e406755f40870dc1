/** One webhook request, and the retries of the last one. */
import { setTimeout as delay } from "node:timers/promises";
import type { Fetch } from "#outgoing";

export interface Delivery {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Fetch;
}

export type Outcome = "delivered" | "refused" | "unreachable";

const TIMEOUT_MS = 30_000;
const MOST_RETRIES = 12;
const WORTH_A_RETRY: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

/** One attempt. */
export async function deliver(body: string, { url, headers, fetch }: Delivery, signal: AbortSignal): Promise<Outcome> {
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(url, { method: "POST", headers: { ...headers }, body, signal: within });
    await response.body?.cancel();
    if (response.ok) return "delivered";
    return WORTH_A_RETRY.has(response.status) ? "unreachable" : "refused";
  } catch (error) {
    // A URL that cannot be used at all will not become usable.
    return error instanceof TypeError && /URL/i.test(error.message) ? "refused" : "unreachable";
  }
}

/** Tries again while the receiver may come back: after 0.2 s, 0.4 s, … up to 102.4 s. */
export async function deliverInsistently(body: string, delivery: Delivery, signal: AbortSignal): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await deliver(body, delivery, signal);
    if (outcome !== "unreachable" || attempt > MOST_RETRIES) return outcome;
    try {
      await delay(100 * 2 ** Math.min(attempt, 10), undefined, { signal });
    } catch {
      return outcome; // The server is stopping and has waited long enough.
    }
  }
}
