/** What is worth another attempt at a storage, and how often. */
import pRetry from "p-retry";

const RETRY = { retries: 5, minTimeout: 200, factor: 2, randomize: true } as const;

export function isTemporaryStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Throws the last failure, or the reason of the signal. */
export async function retrying<Result>(
  act: () => Promise<Result>,
  { signal, isTemporary }: { readonly signal: AbortSignal; readonly isTemporary: (error: Error) => boolean },
): Promise<Result> {
  const shouldRetry = ({ error }: { error: Error }): boolean => !signal.aborted && isTemporary(error);
  return await pRetry(act, { ...RETRY, signal, shouldRetry });
}
