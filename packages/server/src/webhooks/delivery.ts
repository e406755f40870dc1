/** One webhook request, and the retries of the last one. */
import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Fetch } from "#outgoing";
import type { RawValue } from "#raw-json";
import { bytesOf, readPieces } from "#raw-json";

export interface Delivery {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Fetch;
  /** Half of what passes before the first retry. */
  readonly retryMs: number;
}

export type Outcome = "delivered" | "refused" | "unreachable";

const TIMEOUT_MS = 30_000;
const WORTH_A_RETRY: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

/** One attempt. */
export async function deliver(
  body: RawValue,
  { url, headers, fetch }: Delivery,
  signal: AbortSignal,
): Promise<Outcome> {
  const { init, close } = sent(body, headers);
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(url, { method: "POST", ...init, signal: within });
    await response.body?.cancel();
    if (response.ok) return "delivered";
    return WORTH_A_RETRY.has(response.status) ? "unreachable" : "refused";
  } catch (error) {
    // A URL that cannot be used at all will not become usable.
    return error instanceof TypeError && /URL/i.test(error.message) ? "refused" : "unreachable";
  } finally {
    close();
  }
}

/** What is in pieces is read while it is sent, anew for each attempt. */
function sent(
  body: RawValue,
  headers: Delivery["headers"],
): { readonly init: RequestInit; readonly close: () => void } {
  if (typeof body === "string") return { init: { headers: { ...headers }, body }, close: () => undefined };
  const content = Readable.from(readPieces(body));
  const length = { "Content-Length": String(bytesOf(body)) };
  const init = { headers: { ...headers, ...length }, body: Readable.toWeb(content), duplex: "half" };
  // Where the connection fails, fetch leaves the files open that it is read from.
  return { init: init as RequestInit, close: () => void content.destroy() };
}

/** What each new attempt waits for, in units of `retryMs`; of 100 ms these are 0.2 s, 0.4 s, … up to 102.4 s. */
const RETRIES: readonly number[] = Array.from({ length: 12 }, (_, n) => 2 ** Math.min(n + 1, 10));

/** Tries again while the receiver may come back. */
export async function deliverInsistently(body: RawValue, delivery: Delivery, signal: AbortSignal): Promise<Outcome> {
  let outcome = await deliver(body, delivery, signal);
  for (const units of RETRIES) {
    if (outcome !== "unreachable") return outcome;
    try {
      await delay(units * delivery.retryMs, undefined, { signal });
    } catch {
      return outcome; // The server is stopping and has waited long enough.
    }
    outcome = await deliver(body, delivery, signal);
  }
  return outcome;
}
