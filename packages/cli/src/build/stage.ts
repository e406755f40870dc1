/**
 * The build context as a directory: `build/` (what steps need while they run), `weights/src/` and `src/`.
 * Files are hard links to the project's, so nothing is copied and modes and times are the project's own.
 *
 * Builders send a file again only when its size or its time is another. So a file that we write must not have the time
 * of an older one with other bytes: in `build/`, which is in no layer, it keeps the time of now; in `src/` its time is
 * made from its bytes.
 */
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { chmod, copyFile, link, mkdir, readlink, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemCodeOf } from "@cog/core/errors";
import { type BuildPlan, isWeight, type StagedFile } from "#plan";
import type { SourceFile } from "./source-files.ts";

export interface StageRequest {
  readonly contextDirectory: string;
  readonly projectDirectory: string;
  /** Parents before children. */
  readonly sources: readonly SourceFile[];
  /** Paths of `sources` that go to `weights/src/`, with all below them. */
  readonly weights: readonly string[];
  /** For `build/`. */
  readonly files: readonly StagedFile[];
  /** Put into `src/` in place of the project's own. */
  readonly sourceFiles: readonly StagedFile[];
  /**
   * Seconds since the epoch for all of `src/` and `weights/`; the files are then copied, not linked. The directory must
   * be one that no builder has seen: times say nothing any more.
   */
  readonly timestamp?: number;
}

export interface Staged {
  /** False when the file system could not link and files were copied. */
  readonly linked: boolean;
}

/**
 * Directories get the epoch as their time: a project's own change with every editor's temporary file, and would
 * change the layer with them.
 */
const DIRECTORY_TIME = 0;
const WEIGHTS = "weights/src";

/**
 * BuildKit remembers what it was sent by the last part of the directory's path alone. Under one name for all, two
 * projects built in turn would each be sent whole every time, and get times of each other's directories.
 */
export function contextName(projectDirectory: string, purpose: BuildPlan["purpose"]): string {
  const digest = createHash("sha256").update(`${purpose}\0${projectDirectory}`).digest("hex");
  return `context-${digest.slice(0, 12)}`;
}

export async function stageContext(request: StageRequest): Promise<Staged> {
  const { contextDirectory, projectDirectory, timestamp } = request;
  const place = new Placer(timestamp);
  const replaced = new Set(request.sourceFiles.map(({ path }) => path));
  for (const tree of ["build", WEIGHTS, "src"]) await place.directory(join(contextDirectory, tree));

  for (const source of request.sources) {
    if (replaced.has(source.path)) continue;
    const tree = isWeight(source.path, request.weights) ? WEIGHTS : "src";
    const to = join(contextDirectory, tree, source.path);
    const from = join(projectDirectory, source.path);
    if (source.kind === "directory") await place.directory(to);
    else await unlessGone(source.kind === "symlink" ? place.symlink(from, to) : place.file(from, to));
  }
  for (const file of request.sourceFiles) {
    const time = timestamp ?? ("text" in file ? timeOf(file.text) : DIRECTORY_TIME);
    await place.staged(file, { tree: join(contextDirectory, "src"), time });
  }
  for (const file of request.files) await place.staged(file, { tree: join(contextDirectory, "build") });
  await place.finish();
  return { linked: place.linked };
}

/** A time before 2004 that other bytes do not have. */
function timeOf(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE() >>> 2;
}

/** Puts files into the context; lives for one staging. */
class Placer {
  linked = true;
  readonly #timestamp: number | undefined;
  readonly #directories = new Set<string>();

  constructor(timestamp: number | undefined) {
    this.#timestamp = timestamp;
  }

  async directory(path: string): Promise<void> {
    if (this.#directories.has(path)) return;
    await mkdir(path, { recursive: true });
    this.#directories.add(path);
  }

  async file(from: string, to: string): Promise<void> {
    await this.directory(dirname(to));
    if (this.#timestamp !== undefined || !this.linked || !(await tryLink(from, to))) {
      if (this.#timestamp === undefined) this.linked = false;
      await copyFile(from, to, constants.COPYFILE_FICLONE);
      if (this.#timestamp !== undefined) await utimes(to, this.#timestamp, this.#timestamp);
    }
  }

  async symlink(from: string, to: string): Promise<void> {
    await this.directory(dirname(to));
    await symlink(await readlink(from), to);
  }

  async staged(file: StagedFile, { tree, time }: { readonly tree: string; readonly time?: number }): Promise<void> {
    const to = join(tree, file.path);
    if ("from" in file) return this.file(file.from, to);
    await this.directory(dirname(to));
    await writeFile(to, file.text);
    await chmod(to, 0o644);
    if (time !== undefined) await utimes(to, time, time);
  }

  /** Last, since every new file changes the time of its directory. */
  async finish(): Promise<void> {
    const time = this.#timestamp ?? DIRECTORY_TIME;
    for (const directory of this.#directories) await utimes(directory, time, time);
  }
}

/** A file that went since the sources were listed (an editor's, a checkpoint's older one) is one that was not there. */
async function unlessGone(placing: Promise<void>): Promise<void> {
  try {
    await placing;
  } catch (error) {
    if (systemCodeOf(error) !== "ENOENT") throw error;
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    const code = systemCodeOf(error);
    // Another file system, one without links, or a kernel that forbids links to other people's files.
    if (code === "EXDEV" || code === "EPERM" || code === "ENOTSUP" || code === "EMLINK" || code === "EACCES")
      return false;
    throw error;
  }
}
