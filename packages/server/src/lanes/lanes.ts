/** So many at a time and no more, and nothing left running: libraries for this reject while others still are at work. */

export interface LaneOptions {
  /** How many run at a time. */
  readonly lanes: number;
  readonly signal: AbortSignal;
}

/**
 * Does `work` on each item. The first failure aborts the signal that the others were given; it is thrown when all have ended.
 */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  { lanes, signal }: LaneOptions,
): Promise<Result[]> {
  const stop = new AbortController();
  const within = AbortSignal.any([signal, stop.signal]);
  const results: Result[] = [];
  const waiting = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      within.throwIfAborted();
      results[index] = await work(item, within);
    }
  };
  const running = Array.from({ length: Math.min(lanes, items.length) }, lane);
  try {
    await Promise.all(running);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(running);
    throw error;
  }
  return results;
}
