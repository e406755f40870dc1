/** Files of the store at their paths below a target, each of them whole or not at all. */
import { mkdir, open, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import type { LockedFile } from "@cog/core/wire";
import pMap from "p-map";
import { hashFile } from "./hash-file.ts";
import type { Marks } from "./marks.ts";
import { pathProblem } from "./safe-path.ts";
import { shareFile } from "./share-file.ts";
import type { WeightStore } from "./store.ts";

const FILES = 16;
const HASHES = 2;

/** Those that are not at their place yet, or hold something else. */
export async function unplaced(
  target: string,
  files: readonly LockedFile[],
  signal: AbortSignal,
): Promise<readonly LockedFile[]> {
  const isPlaced = async ({ path, size, digest }: LockedFile): Promise<boolean> => {
    const found = await stat(join(target, path)).catch(() => undefined);
    return found?.isFile() === true && found.size === size && (await hashFile(join(target, path), signal)) === digest;
  };
  const placed = await pMap(files, isPlaced, { concurrency: HASHES });
  return files.filter((_, index) => placed[index] === false);
}

export interface Placing {
  readonly target: string;
  readonly marks: Marks;
  readonly store: WeightStore;
  /** Nobody else has the store: what is in it is moved, not shared. */
  readonly ownsStore: boolean;
  readonly signal: AbortSignal;
}

/** @param all files of the weight; what was put there for an older one, and is none of them, is taken away */
export async function placeFiles(
  all: readonly LockedFile[],
  missing: readonly LockedFile[],
  { target, marks, store, ownsStore, signal }: Placing,
): Promise<void> {
  const wanted = new Set(all.map(({ path }) => path));
  const before = await marks.placed();
  await marks.setPlaced(new Set([...before, ...wanted]));
  for (const path of before) if (!wanted.has(path) && pathProblem(path) === undefined) await takeAway(target, path);
  const last = new Map(missing.map((file) => [file.digest, file]));
  // What is moved out of the store cannot be shared any more: the last of several paths gets it.
  const shared = ownsStore ? missing.filter((file) => last.get(file.digest) !== file) : missing;
  const put = async (file: LockedFile, act: (from: string, to: string) => Promise<void>) => {
    signal.throwIfAborted();
    const to = join(target, file.path);
    await mkdir(dirname(to), { recursive: true });
    const scratch = marks.scratchPath();
    try {
      await act(store.pathOf(file.digest), scratch);
      await rename(scratch, to);
    } finally {
      await rm(scratch, { force: true });
    }
  };
  await pMap(shared, async (file) => await put(file, shareSafely), { concurrency: FILES });
  if (ownsStore) await pMap(last.values(), async (file) => await put(file, rename), { concurrency: FILES });
  await marks.setPlaced(wanted);
}

/** A copy is on the disk before it counts. */
async function shareSafely(from: string, to: string): Promise<void> {
  await shareFile(from, to, { copies: true });
  const file = await open(to, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** With the directories that are empty then. */
async function takeAway(target: string, path: string): Promise<void> {
  await rm(join(target, path), { force: true });
  for (let parent = posix.dirname(path); parent !== "."; parent = posix.dirname(parent)) {
    try {
      await rmdir(join(target, parent));
    } catch {
      return; // Something else is in it.
    }
  }
}
