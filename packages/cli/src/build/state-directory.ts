/** The folder of a build in `.cog/`, and the lock between two builds. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemCodeOf } from "@cog/core/errors";
import { lock } from "proper-lockfile";

export interface LockOptions {
  readonly signal: AbortSignal;
  /** Called once if another command holds the lock. */
  readonly onWait: () => void;
}

const POLL_MS = 100;

/**
 * Runs `work` while holding `.cog/cog.lock`, with an empty `.cog/build/` that is gone afterwards, also when `work` fails.
 * A holder that died is noticed when its lock is 10 seconds old.
 */
export async function withBuildDirectory<T>(
  stateDirectory: string,
  options: LockOptions,
  work: (buildDirectory: string) => Promise<T>,
): Promise<T> {
  const buildDirectory = join(stateDirectory, "build");
  return await withProjectLock(stateDirectory, options, async () => {
    try {
      await rm(buildDirectory, { recursive: true, force: true });
      await mkdir(buildDirectory, { recursive: true });
      return await work(buildDirectory);
    } finally {
      await rm(buildDirectory, { recursive: true, force: true });
    }
  });
}

/** Runs `work` while no other command changes the project. */
export async function withProjectLock<T>(
  stateDirectory: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const release = await acquire(stateDirectory, options);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function acquire(stateDirectory: string, { signal, onWait }: LockOptions): Promise<() => Promise<void>> {
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await lock(stateDirectory, {
        lockfilePath: join(stateDirectory, "cog.lock"),
        stale: 10_000,
        realpath: false,
      });
    } catch (error) {
      if (systemCodeOf(error) !== "ELOCKED") throw error;
    }
    if (attempt === 0) onWait();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
