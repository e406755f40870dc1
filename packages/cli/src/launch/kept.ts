/**
 * Models that stay up between commands. Each has a record in the cache directory, which says how to find it and what it was
 * started with; the server itself ends when it idles. A record whose server does not answer by its name is stale.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@cog/core/errors";
import type { HealthState, InstanceResponse } from "@cog/core/wire";
import { type KeptPlace, stopKept } from "#engines";
import { localFetch } from "#http";
import { type Contents, stateFolders } from "#project";

export interface KeptModel {
  readonly id: string;
  readonly command: "run" | "serve";
  /** Its directory. */
  readonly project: string;
  readonly url: string;
  readonly place: KeptPlace;
  /** RFC 3339. */
  readonly startedAt: string;
  /** It ends after so long without a prediction; null: never. */
  readonly idleSeconds: number | null;
  /** The engine that was asked for, which may have been `auto`. */
  readonly askedEngine: string;
  /** Digests of cog.yaml and what it names, and of flags and environment. */
  readonly config: string;
  readonly flags: string;
  /** Stamps of the sources it was loaded from. */
  readonly sources: Readonly<Record<string, string>>;
  /** What was in them: one that was only touched is the same. */
  readonly contents: Contents;
}

const FOLDER = "running";
const ANSWER_MS = 3000;

/** Where the record and the log of a model go. */
export function keptFile(cacheDirectory: string, id: string, extension: "json" | "log"): string {
  return join(cacheDirectory, FOLDER, `${id}.${extension}`);
}

/** Makes the folder; nobody else may look into it. */
export function openKept(cacheDirectory: string): void {
  const folder = join(cacheDirectory, FOLDER);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UserError("keep.folder", `A model cannot be kept: ${folder} cannot be made.`, {
      hint: "Set COG_CACHE_DIR to a folder that you may write to.",
      cause: error,
    });
  }
}

export function readKept(cacheDirectory: string): readonly KeptModel[] {
  return namesIn(join(cacheDirectory, FOLDER))
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => readRecord(join(cacheDirectory, FOLDER, name)));
}

export function writeKept(cacheDirectory: string, model: KeptModel): void {
  const path = keptFile(cacheDirectory, model.id, "json");
  const scratch = `${path}.${process.pid}`;
  writeFileSync(scratch, JSON.stringify(model), { mode: 0o600 });
  renameSync(scratch, path);
}

/** Of a model that is gone: its record, its log, and the weights that it was shown. */
export async function forgetKept(cacheDirectory: string, { id, project }: KeptModel): Promise<void> {
  rmSync(keptFile(cacheDirectory, id, "json"), { force: true });
  rmSync(keptFile(cacheDirectory, id, "log"), { force: true });
  const mounts = stateFolders(project)
    .map((folder) => join(folder, "mounts"))
    .filter((folder) => existsSync(folder));
  if (mounts.length === 0) return;
  const { removeKeptMounts } = await import("#weights");
  for (const folder of mounts) removeKeptMounts(folder, id);
}

export async function endKept(cacheDirectory: string, model: KeptModel): Promise<void> {
  await stopKept(model.place, model.id);
  await forgetKept(cacheDirectory, model);
}

/** `gone`: nobody is there, or somebody else. `silent`: it may be there, and does not answer. */
export type KeptState = HealthState | "gone" | "silent";

/** Asks the server for its name, and where it stands. */
export async function stateOf({ url, id }: KeptModel, signal?: AbortSignal): Promise<KeptState> {
  const late = AbortSignal.timeout(ANSWER_MS);
  try {
    const answer = await localFetch(`${url}/instance`, { signal: signal ? AbortSignal.any([signal, late]) : late });
    if (answer.status !== 200) return "gone";
    const found = (await answer.json()) as InstanceResponse; // of a server of ours, or compared in vain
    return found.instance === id ? found.status : "gone";
  } catch (error) {
    signal?.throwIfAborted();
    return late.aborted || (error instanceof Error && "code" in error && error.code === "ECONNRESET")
      ? "silent"
      : "gone";
  }
}

/** Those that are up, each with its state; the records of the others are removed. */
export async function liveKept(
  cacheDirectory: string,
  signal: AbortSignal,
): Promise<readonly { readonly model: KeptModel; readonly state: KeptState }[]> {
  const all = await Promise.all(
    readKept(cacheDirectory).map(async (model) => ({ model, state: await stateOf(model, signal) })),
  );
  const isGone = ({ state }: { readonly state: KeptState }) => state === "gone";
  for (const { model } of all.filter(isGone)) await forgetKept(cacheDirectory, model);
  return all.filter((one) => !isGone(one));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Nothing was ever kept.
  }
}

function readRecord(path: string): readonly KeptModel[] {
  try {
    return [JSON.parse(readFileSync(path, "utf8")) as KeptModel]; // written by us, whole or not at all
  } catch {
    return []; // Removed meanwhile.
  }
}
