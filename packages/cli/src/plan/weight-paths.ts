/**
 * Which files of a project are weights: big, and not something that is edited. They get a layer of their own, so that
 * a code edit neither copies nor sends them again.
 */
import { posix } from "node:path";

const BIG_BYTES = 10 * 1024 * 1024;
const CODE = /\.(py|ipynb)$/;
/** Big files of these kinds are examples, recordings or packages, not weights. */
const NOT_WEIGHTS =
  /\.(py|ipynb|whl|jpg|jpeg|png|webp|svg|gif|avif|heic|mp4|mov|avi|wmv|mkv|webm|mp3|wav|ogg|flac|aac|m4a|log)$/;
const NEVER_BELOW = [".cog", ".git", "__pycache__"];

export interface ProjectFile {
  /** Project-relative, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * The topmost directories and the single files to put in the weights layer, sorted. A directory is taken whole,
 * unless there is code in it.
 */
export function weightPaths(files: readonly ProjectFile[]): readonly string[] {
  const codePaths = files.map(({ path }) => path).filter((path) => CODE.test(path));
  const chosen = new Set<string>();
  for (const file of files) {
    if (file.sizeBytes < BIG_BYTES || !isCandidate(file.path)) continue;
    const directory = posix.dirname(file.path);
    const takeDirectory = directory !== "." && !codePaths.some((path) => path.startsWith(`${directory}/`));
    chosen.add(takeDirectory ? directory : file.path);
  }
  return [...chosen].filter((path) => !hasAncestorIn(path, chosen)).sort();
}

/** Whether a path is one of those that were chosen, or below one. */
export function isWeight(path: string, weights: readonly string[]): boolean {
  return weights.some((weight) => path === weight || path.startsWith(`${weight}/`));
}

function isCandidate(path: string): boolean {
  return !NOT_WEIGHTS.test(path) && !NEVER_BELOW.some((prefix) => path.startsWith(prefix));
}

function hasAncestorIn(path: string, set: ReadonlySet<string>): boolean {
  for (let parent = posix.dirname(path); parent !== "."; parent = posix.dirname(parent)) {
    if (set.has(parent)) return true;
  }
  return false;
}
