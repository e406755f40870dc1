/** What is worth another attempt, and when it is made. */
import { setTimeout as delay } from "node:timers/promises";
import pRetry from "p-retry";
import { RegistryError } from "./errors.ts";

export interface RetryPolicy {
  /** Attempts in all. */
  readonly attempts: number;
  /** The longest wait before the second attempt; it doubles from one to the next. */
  readonly baseMs: number;
}

export interface Retried {
  readonly attempt: number;
  readonly waitMs: number;
  readonly error: RegistryError;
}

export interface RetryOptions extends RetryPolicy {
  readonly signal: AbortSignal;
  /** Another attempt follows, after a wait. */
  readonly onRetry?: ((retried: Retried) => void) | undefined;
  /** Which of the temporary failures count here; default: all. */
  readonly counts?: (error: RegistryError) => boolean;
}

export const USUAL_RETRY: RetryPolicy = { attempts: 5, baseMs: 1000 };

const LONGEST_WAIT_MS = 30_000;
/** A registry that wants more time than this gets no more of ours. */
const LONGEST_RETRY_AFTER_MS = 120_000;

/** Statuses of servers that are busy, starting, or behind a proxy that did not get through. */
const TEMPORARY_STATUSES = new Set([408, 429, 499, 500, 502, 503, 504, 522]);

export function isTemporary(status: number): boolean {
  return TEMPORARY_STATUSES.has(status);
}

/** `Retry-After` is a number of seconds, or a date. */
export function retryAfterMs(header: string | null, now: number = Date.now()): number | undefined {
  if (header === null) return undefined;
  const wait = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER_MS);
}

/** Does it until it succeeds, fails for good, or has failed often enough. */
export async function retrying<T>(
  act: (attempt: number) => Promise<T>,
  { attempts, baseMs, signal, onRetry, counts = () => true }: RetryOptions,
): Promise<T> {
  const mayRetry = (error: Error): error is RegistryError =>
    error instanceof RegistryError && error.temporary !== undefined && counts(error);
  return await pRetry(act, {
    retries: attempts - 1,
    signal,
    // The wait is below: the library's own knows neither Retry-After nor a wait between nothing and all of it.
    minTimeout: 0,
    shouldRetry: ({ error }) => mayRetry(error),
    onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
      signal.throwIfAborted();
      if (retriesLeft === 0 || !mayRetry(error)) return;
      const waitMs = waitBefore(attemptNumber, baseMs, error);
      onRetry?.({ attempt: attemptNumber + 1, waitMs, error });
      await delay(waitMs, undefined, { signal });
    },
  });
}

/** By chance, so that those who failed together do not come back together. */
function waitBefore(failed: number, baseMs: number, { temporary }: RegistryError): number {
  const longest = Math.min(LONGEST_WAIT_MS, baseMs * 2 ** (failed - 1));
  return temporary?.retryAfterMs ?? Math.random() * longest;
}
