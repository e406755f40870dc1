/**
 * The sources of a project as they are now: what a model that is up was started with, and what `--watch` waits for.
 * Code and small texts count, weights and other data do not, nor what `.dockerignore` leaves out.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { ignoreRules } from "./ignore.ts";

/** Time and size of each source, by its path in the project. */
export type Stamps = ReadonlyMap<string, string>;

export interface Sources {
  readonly stamps: Stamps;
  /** All folders that were looked into, the project's own as "". */
  readonly folders: readonly string[];
}

const CODE = new Set([".py", ".pyi", ".pyx", ".so"]);
const TEXT = new Set(
  ".json .yaml .yml .toml .txt .cfg .ini .md .html .jinja .jinja2 .j2 .csv .sql .sh .c .cc .cpp .cu .h .hpp .rs".split(
    " ",
  ),
);
/** Never sources, ignored or not. */
const LEFT_OUT = new Set(["__pycache__", "node_modules", "venv"]);

export async function readSources(projectDirectory: string): Promise<Sources> {
  const { ignores, hasExceptions } = await ignoreRules(projectDirectory);
  const stamps = new Map<string, string>();
  const folders: string[] = [];
  const walk = (folder: string): void => {
    folders.push(folder);
    for (const entry of readdirSync(join(projectDirectory, folder), { withFileTypes: true })) {
      const { name } = entry;
      if (name.startsWith(".") || LEFT_OUT.has(name)) continue;
      const path = folder === "" ? name : `${folder}/${name}`;
      if (entry.isDirectory()) {
        if (hasExceptions || !ignores(path)) walk(path);
      } else if ((CODE.has(extname(name)) || TEXT.has(extname(name))) && !ignores(path)) {
        const stamp = stampOf(join(projectDirectory, path));
        if (stamp !== undefined) stamps.set(path, stamp);
      }
    }
  };
  walk("");
  return { stamps, folders };
}

export function isCode(path: string): boolean {
  return CODE.has(extname(path));
}

/** Undefined when it is gone meanwhile. */
export function stampOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.mtimeMs}-${found.size}`;
}

/** Changed, removed, and new code. A new text is no change: models and `-o` write such files. */
export function changedSources(before: Stamps, now: Stamps): readonly string[] {
  const changed = [...before].filter(([path, stamp]) => now.get(path) !== stamp).map(([path]) => path);
  const added = [...now.keys()].filter((path) => !before.has(path) && isCode(path));
  return [...changed, ...added].sort();
}

/** Digest of each source, by its path; a large one has none, nor one that is gone meanwhile. */
export type Contents = Readonly<Record<string, string>>;

/** A larger file is told from another by its time and size alone. */
const LARGE_BYTES = 1024 * 1024;

export function contentsOf(projectDirectory: string, paths: Iterable<string>): Contents {
  const contents: Record<string, string> = {};
  for (const path of paths) {
    const found = contentOf(join(projectDirectory, path));
    if (found !== undefined) contents[path] = found;
  }
  return contents;
}

function contentOf(path: string): string | undefined {
  try {
    if (statSync(path).size > LARGE_BYTES) return undefined;
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return undefined; // It is gone, or nobody may read it: its time and size have to do.
  }
}
