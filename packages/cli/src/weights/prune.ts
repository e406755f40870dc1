/** Files of the store that no lock names, taken away. */
import type { WeightsLock } from "@cog/core/wire";
import type { HeldFile, WeightStore } from "./store.ts";
import { sum } from "./sum.ts";

export interface PruneRequest {
  readonly store: WeightStore;
  /** What their files hold stays. */
  readonly locks: readonly WeightsLock[];
  /** Only so much is taken away that what is left fits, what was used last staying longest; absent: all. */
  readonly mostBytes: number | undefined;
  readonly dryRun: boolean;
}

export interface Pruned {
  readonly removed: readonly HeldFile[];
  readonly kept: readonly HeldFile[];
}

export async function pruneStore({ store, locks, mostBytes, dryRun }: PruneRequest): Promise<Pruned> {
  const held = await store.held();
  const removed = new Set(unneeded(held, locks, mostBytes));
  if (!dryRun) {
    for (const { digest } of removed) await store.remove(digest);
    await store.sweep();
  }
  return { removed: [...removed], kept: held.filter((file) => !removed.has(file)) };
}

/** Pure. */
export function unneeded(
  held: readonly HeldFile[],
  locks: readonly WeightsLock[],
  mostBytes: number | undefined,
): readonly HeldFile[] {
  const named = new Set(
    locks.flatMap(({ weights }) => weights.flatMap(({ files }) => files.map(({ digest }) => digest))),
  );
  const others = held.filter(({ digest }) => !named.has(digest));
  if (mostBytes === undefined) return others;
  let total = sum(held.map(({ size }) => size));
  const removed: HeldFile[] = [];
  for (const file of others.sort((a, b) => a.usedAt - b.usedAt)) {
    if (total <= mostBytes) break;
    removed.push(file);
    total -= file.size;
  }
  return removed;
}
