/** The files of a project that its `.dockerignore` lets through, by Docker's rules. */
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import dockerignore from "@balena/dockerignore";

export interface SourceFile {
  /** Project-relative, with `/`. */
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink";
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
}

/** Sorted, parents before children. `.cog` is never among them; sockets, pipes and devices neither. */
export async function sourceFiles(projectDirectory: string): Promise<SourceFile[]> {
  const ignore = await readIgnoreFile(projectDirectory);
  const found: SourceFile[] = [];
  await walk(projectDirectory, "", ignore, found);
  return found;
}

interface IgnoreRules {
  readonly ignores: (path: string) => boolean;
  /** With a `!` rule, something in an ignored directory may come back. */
  readonly hasExceptions: boolean;
}

async function readIgnoreFile(projectDirectory: string): Promise<IgnoreRules> {
  const text = await readFile(join(projectDirectory, ".dockerignore"), "utf8").catch(() => "");
  const patterns = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const rules = dockerignore.default({ ignorecase: false }).add(patterns);
  return {
    ignores: (path) => rules.ignores(path),
    hasExceptions: patterns.some((pattern) => pattern.trim().startsWith("!")),
  };
}

async function walk(root: string, directory: string, ignore: IgnoreRules, found: SourceFile[]): Promise<void> {
  const entries = await readdir(join(root, directory), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
    if (path === ".cog") continue;
    const ignored = ignore.ignores(path);
    if (entry.isDirectory()) {
      if (ignored && !ignore.hasExceptions) continue;
      const before = found.length;
      if (!ignored) found.push(directoryAt(path));
      await walk(root, path, ignore, found);
      if (ignored && found.length > before) found.splice(before, 0, directoryAt(path));
    } else if (!ignored && (entry.isFile() || entry.isSymbolicLink())) {
      const { size, mode } = await lstat(join(root, path));
      const isFile = entry.isFile();
      found.push({
        path,
        kind: isFile ? "file" : "symlink",
        sizeBytes: size,
        isExecutable: isFile && (mode & 0o111) !== 0,
      });
    }
  }
}

function directoryAt(path: string): SourceFile {
  return { path, kind: "directory", sizeBytes: 0, isExecutable: false };
}
