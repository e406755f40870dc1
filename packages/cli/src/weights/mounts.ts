/**
 * The files of weights as directories that a model can be shown: hard links into the store, below `.cog/mounts/`, as long as
 * the model is up. What belongs to a process that is gone is taken away by the next one.
 */
import { randomBytes } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import type { WeightConfig } from "@cog/core/config";
import { systemCodeOf, UserError } from "@cog/core/errors";
import { isJsonObject } from "@cog/core/json";
import type { LockedWeight } from "@cog/core/wire";
import pMap from "p-map";
import { openState } from "#project";
import { cleanTarget, mustBeInSync } from "./drift.ts";
import { readLock } from "./lock.ts";
import { shareFile } from "./share-file.ts";
import { WeightStore } from "./store.ts";

export interface LocalWeights {
  readonly projectDirectory: string;
  readonly weights: readonly WeightConfig[];
  readonly cacheDirectory: string;
}

export interface MountRequest extends LocalWeights {
  /** Copy what cannot be linked. */
  readonly copies: boolean;
  /** The model outlives this process under this name. */
  readonly keptAs?: string | undefined;
  /** Whether a model that was kept is still up. */
  readonly isKept: (id: string) => boolean;
  /** `elsewhere`: a container is shown them at any path. `in-place`: the project itself is the model's `/src`. */
  readonly shown: "elsewhere" | "in-place";
  readonly warn: (message: string) => void;
}

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: true;
}

export interface Mounts {
  readonly folders: readonly Mount[];
  remove(): void;
}

const RECORD = ".owner";
const LINKS = 32;
/** A folder without a record may be one that is just being made. */
const YOUNG_MS = 60_000;

/**
 * The weights of a project, as they are in weights.lock.
 * @throws UserError when it is not current, or a file is not on this machine
 */
export async function localWeights({
  projectDirectory,
  weights,
  cacheDirectory,
}: LocalWeights): Promise<readonly LockedWeight[]> {
  const lock = readLock(projectDirectory);
  mustBeInSync(weights, lock);
  const store = new WeightStore(cacheDirectory);
  const entries = lock?.weights ?? [];
  for (const entry of entries) await mustBeCached(entry, store);
  return entries;
}

/** @throws UserError as `localWeights` */
export async function mountWeights(request: MountRequest): Promise<Mounts> {
  const { projectDirectory, cacheDirectory, keptAs } = request;
  const entries = await localWeights(request);
  const parent = join(openState(projectDirectory), "mounts");
  mkdirSync(parent, { recursive: true });
  removeStale(parent, request.isKept);
  const store = new WeightStore(cacheDirectory);
  const root = join(parent, randomBytes(8).toString("hex"));
  mkdirSync(root);
  const record: Owner = { pid: process.pid, kept: keptAs ?? null, made: [] };
  writeRecord(root, record);
  try {
    const folders: Mount[] = [];
    for (const entry of entries) {
      const source = join(root, entry.name);
      await linkFiles(entry, { store, source, copies: request.copies });
      folders.push({ source, target: cleanTarget(entry.target), readOnly: true });
    }
    const made = folders.flatMap((folder) => placeOrTell(folder, request));
    const needed = folders.flatMap(({ target }) => placesIn(projectDirectory, target));
    writeRecord(root, { ...record, made: alsoNeeded(made, needed, root) });
    return { folders, remove: () => removeMounts(root) };
  } catch (error) {
    removeMounts(root);
    throw error;
  }
}

/** Who needs the folder, and what was put into the project for it. */
interface Owner {
  readonly pid: number;
  readonly kept: string | null;
  readonly made: readonly string[];
}

async function mustBeCached({ name, files }: LockedWeight, store: WeightStore): Promise<void> {
  const [first] = await store.missing(files);
  if (first === undefined) return;
  throw new UserError(
    "weights.not_cached",
    `weight "${name}" is not fully cached locally (missing ${first.path}); run 'cog weights pull' first`,
  );
}

interface Linking {
  readonly store: WeightStore;
  readonly source: string;
  readonly copies: boolean;
}

async function linkFiles({ name, files }: LockedWeight, { store, source, copies }: Linking): Promise<void> {
  for (const directory of new Set(["", ...files.map(({ path }) => posix.dirname(path))]))
    await mkdir(join(source, directory), { recursive: true });
  await pMap(
    files,
    async ({ path, digest }) => {
      const from = store.pathOf(digest);
      await shareFile(from, join(source, path), { copies }).catch((error: unknown) => {
        throw copies ? error : notLinked(name, from, error);
      });
    },
    { concurrency: LINKS },
  );
}

function notLinked(name: string, from: string, cause: unknown): UserError {
  const why = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new UserError("weights.link", `weight "${name}" cannot be linked into the project from ${from}${why}`, {
    cause,
    hint: "Set COG_CACHE_DIR to a directory on the file system of the project and run 'cog weights pull', or set COG_WEIGHTS_COPY=1 to have the files copied.",
  });
}

/** Where the project itself is the model's /src. */
const PROJECT = "/src/";

/** A project that cannot be written to has to do with what is there. */
function placeOrTell(mount: Mount, request: MountRequest): readonly string[] {
  try {
    return place(mount, request);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code !== "EROFS" && code !== "EACCES" && code !== "EPERM") throw error;
    if (request.shown === "in-place")
      request.warn(
        `Weights for ${mount.target} cannot be linked into the project (${code}). They are in ${mount.source}.`,
      );
    return [];
  }
}

/** Puts into the project what the model, or a container, has to find there; returns it, parents first. */
function place({ source, target }: Mount, { projectDirectory, shown, warn }: MountRequest): readonly string[] {
  if (!target.startsWith(PROJECT)) {
    if (shown === "in-place")
      warn(
        `Weights for ${target} are not there when running locally: only targets below /src are. They are in ${source}. Use --engine docker, or a target below /src.`,
      );
    return [];
  }
  const path = join(projectDirectory, target.slice(PROJECT.length));
  // An engine that finds no directory to mount on makes one, as whoever it runs as, and leaves it.
  if (shown === "elsewhere") return makeDirectories(path);
  const found = lstatSync(path, { throwIfNoEntry: false });
  // The user's own, most often what the weight was imported from.
  if (found !== undefined && !isOurLink(path)) return [];
  const made = makeDirectories(dirname(path));
  // One that is there is of a model that has read its files already, maybe those of an older weights.lock.
  lead(path, source);
  return [...made, path];
}

function makeDirectories(path: string): readonly string[] {
  const made: string[] = [];
  for (let at = path; statSync(at, { throwIfNoEntry: false }) === undefined; at = dirname(at)) made.unshift(at);
  mkdirSync(path, { recursive: true });
  return made;
}

function isOurLink(path: string): boolean {
  return lstatSync(path).isSymbolicLink() && /[\\/]mounts[\\/][0-9a-f]{16}[\\/]/.test(readlinkSync(path));
}

/** Without a moment in which the link is not there. */
function lead(path: string, source: string): void {
  const scratch = `${source}.link`;
  symlinkSync(source, scratch, "dir");
  renameSync(scratch, path);
}

/** What another model in the project has made stays as long as this one needs it. */
function alsoNeeded(made: readonly string[], needed: readonly string[], root: string): readonly string[] {
  const ofOthers = siblingsOf(root).flatMap((sibling) => readRecord(sibling)?.made ?? []);
  const inherited = ofOthers.filter((path) => needed.includes(path));
  return [...new Set([...inherited, ...made])].sort((a, b) => a.length - b.length);
}

/** The path of a target in the project, and those above it. */
function placesIn(projectDirectory: string, target: string): readonly string[] {
  if (!target.startsWith(PROJECT)) return [];
  const parts = target.slice(PROJECT.length).split("/");
  return parts.map((_, index) => join(projectDirectory, ...parts.slice(0, index + 1)));
}

function removeMounts(root: string): void {
  const { made = [] } = readRecord(root) ?? {};
  const siblings = siblingsOf(root);
  for (const path of [...made].reverse()) {
    const heir = siblings.find((sibling) => readRecord(sibling)?.made.includes(path));
    if (heir === undefined) takeAway(path, root);
    else passOn(path, root, heir);
  }
  rmSync(root, { recursive: true, force: true });
}

/** Those of a model that was kept by this name, in the folder that all mounts of its project are in. */
export function removeKeptMounts(parent: string, keptAs: string): void {
  for (const name of readdirSync(parent)) {
    const root = join(parent, name);
    if (readRecord(root)?.kept === keptAs) removeMounts(root);
  }
}

function siblingsOf(root: string): readonly string[] {
  return readdirSync(dirname(root))
    .map((name) => join(dirname(root), name))
    .filter((path) => path !== root);
}

/** A directory that somebody has put something into stays, and a link that leads elsewhere by now. */
function takeAway(path: string, root: string): void {
  try {
    if (!lstatSync(path).isSymbolicLink()) rmdirSync(path);
    else if (readlinkSync(path).startsWith(root)) unlinkSync(path);
  } catch {
    // It is gone already, or it is in use.
  }
}

/** A link that two models need leads to the files of the one that is still up. */
function passOn(path: string, root: string, heir: string): void {
  try {
    if (!lstatSync(path).isSymbolicLink()) return;
    const leadsTo = readlinkSync(path);
    if (leadsTo.startsWith(root)) lead(path, join(heir, leadsTo.slice(root.length)));
  } catch {
    // It is gone already.
  }
}

function removeStale(parent: string, isKept: MountRequest["isKept"]): void {
  for (const name of readdirSync(parent)) {
    const root = join(parent, name);
    const owner = readRecord(root);
    if (owner === undefined ? isOld(root) : !isAlive(owner.pid) && (owner.kept === null || !isKept(owner.kept)))
      removeMounts(root);
  }
}

function isOld(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > YOUNG_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one, too.
    return systemCodeOf(error) === "EPERM";
  }
}

function writeRecord(root: string, owner: Owner): void {
  writeFileSync(join(root, RECORD), JSON.stringify(owner));
}

function readRecord(root: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(root, RECORD), "utf8"));
    if (!isJsonObject(value)) return undefined;
    const { pid, kept, made } = value;
    if (typeof pid !== "number") return undefined;
    const paths = Array.isArray(made) ? made.filter((path): path is string => typeof path === "string") : [];
    return { pid, kept: typeof kept === "string" ? kept : null, made: paths };
  } catch {
    return undefined;
  }
}
