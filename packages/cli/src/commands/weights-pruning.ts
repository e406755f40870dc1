/** `cog weights prune`: room in the cache of this machine. */
import { readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { systemCodeOf, UserError } from "@cog/core/errors";
import { WEIGHTS_LOCK_FILE, type WeightsLock } from "@cog/core/wire";
import { parseLock, parseSize, pruneStore, WeightStore, weightSize } from "#weights";
import type { CommandContext } from "./command.ts";
import { tellExperimental } from "./weight-registries.ts";
import type { PruneFlags } from "./weights.ts";

export async function pruneCommand(
  flags: PruneFlags,
  named: readonly string[],
  context: CommandContext,
): Promise<number> {
  const { settings, workingDirectory, report, stdout } = context;
  tellExperimental(context);
  if (named.length === 0) {
    throw new UserError("weights.no_lock", "No weights.lock is named, so that everything would be removed", {
      hint: `Name those whose weights shall stay: cog weights prune ./${WEIGHTS_LOCK_FILE}\nTo start anew, remove ${join(settings.cacheDirectory, "weights")}.`,
    });
  }
  const locks = named.map((path) => lockAt(resolve(workingDirectory, path), workingDirectory));
  const mostBytes = flags["max-size"] === undefined ? undefined : parseSize(flags["max-size"]);
  const dryRun = flags["dry-run"];
  const store = new WeightStore(settings.cacheDirectory);
  const { removed, kept } = await pruneStore({ store, locks, mostBytes, dryRun });
  const [gone, left] = [removed, kept].map((files) => ({
    files: files.length,
    bytes: files.reduce((total, { size }) => total + size, 0),
  }));
  if (gone === undefined || left === undefined) return 0;
  if (flags.json) stdout.write(`${JSON.stringify({ dryRun, removed: gone, kept: left }, null, 2)}\n`);
  const verb = dryRun ? "Would remove" : "Removed";
  report.info(
    `${verb} ${gone.files} file(s), ${weightSize(gone.bytes)}; ${left.files} file(s), ${weightSize(left.bytes)} stay.`,
  );
  if (mostBytes !== undefined && left.bytes > mostBytes)
    report.warn(`What the locks name alone is larger than ${weightSize(mostBytes)}.`);
  return 0;
}

/** @param path of the file, or of the directory it is in */
function lockAt(path: string, workingDirectory: string): WeightsLock {
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const file = isDirectory ? join(path, WEIGHTS_LOCK_FILE) : path;
  const shown = relative(workingDirectory, file) || file;
  try {
    return parseLock(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof UserError)
      throw new UserError(error.code, `${shown}: ${error.message}`, { cause: error, hint: error.hint });
    if (systemCodeOf(error) === "ENOENT")
      throw new UserError("weights.no_lock", `${shown} does not exist`, {
        cause: error,
        hint: `Name a ${WEIGHTS_LOCK_FILE}, or the directory that it is in.`,
      });
    throw error;
  }
}
