/** The files of a project as far as requirements name them. Paths are project-relative, with `/`. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";

export interface ProjectFiles {
  /** The text of a file; undefined when it cannot be read. */
  readonly read: (path: string) => string | undefined;
  /** What is at a path once symlinks are followed. */
  readonly find: (path: string) => Found;
}

export type Found =
  | { readonly kind: "file"; readonly absolute: string }
  | { readonly kind: "outside" }
  | { readonly kind: "missing" };

export function projectFiles(directory: string): ProjectFiles {
  return { read: (path) => readText(resolve(directory, path)), find: (path) => find(directory, path) };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Absent, or a directory: the caller says which.
    return undefined;
  }
}

function find(directory: string, path: string): Found {
  const absolute = resolve(directory, path);
  try {
    const real = realpathSync(absolute);
    const inside = relative(realpathSync(directory), real);
    if (inside.startsWith("..") || isAbsolute(inside)) return { kind: "outside" };
    return statSync(real).isFile() ? { kind: "file", absolute: real } : { kind: "missing" };
  } catch {
    // Nothing there, or a link to nothing. A path that leaves the project is told apart all the same.
    return relative(directory, absolute).startsWith("..") ? { kind: "outside" } : { kind: "missing" };
  }
}
