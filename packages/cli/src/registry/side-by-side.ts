/** Several at a time, and all or nothing. */
import pMap, { pMapSkip } from "p-map";

export interface SideBySide {
  readonly signal: AbortSignal;
  /** How many at a time. */
  readonly concurrency: number;
}

/**
 * Does it to each of them, begun in their order. When one fails the others are broken off, and that one's error is thrown
 * when all have ended: whatever they had to take back is taken back by then.
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  { signal, concurrency }: SideBySide,
  act: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const failed = new AbortController();
  const until = AbortSignal.any([signal, failed.signal]);
  const one = async (item: T): Promise<R | typeof pMapSkip> => {
    if (until.aborted) return pMapSkip;
    try {
      return await act(item, until);
    } catch (error) {
      failed.abort(error);
      return pMapSkip;
    }
  };
  const results = await pMap(items, one, { concurrency });
  signal.throwIfAborted();
  failed.signal.throwIfAborted();
  return results;
}
