/**
 * Build outputs are replaced by rename and only when they differ: a `cog` that runs while a build goes on
 * never sees half a file, and unchanged outputs keep their time stamps.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ONE_DAY_MS = 24 * 60 * 60 * 1000;

/** Writes the file unless it already holds these bytes. */
export function writeIfChanged(path: string, bytes: Uint8Array): void {
  if (sameBytes(path, bytes)) return;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.new`;
  writeFileSync(temporary, bytes);
  renameSync(temporary, path);
}

function sameBytes(path: string, bytes: Uint8Array): boolean {
  try {
    return Buffer.compare(readFileSync(path), bytes) === 0;
  } catch {
    return false; // not there yet
  }
}

/**
 * Removes what an earlier build left in a folder. Files of the last day stay: a `cog serve` started from
 * the build before this one may still have chunks of it to load.
 */
export function removeStale(folder: string, current: ReadonlySet<string>): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!current.has(path) && Date.now() - statSync(path).mtimeMs > ONE_DAY_MS) rmSync(path, { recursive: true });
  }
}
