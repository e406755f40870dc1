/** `.cog/`: what the command line keeps in a project. It ignores itself, in git and in image builds. */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { systemCodeOf } from "@cog/core/errors";
import type { Project } from "./project.ts";

/** Not allowed there, or no room. */
const UNWRITABLE = new Set(["EROFS", "EACCES", "EPERM", "ENOSPC", "EDQUOT"]);

/** Writes a file into `.cog/`, or a folder there, and returns its path; a project that cannot be written to gets a temporary directory. */
export function writeState({ directory }: Project, name: string, text: string): string {
  const path = join(openState(directory), name);
  mkdirSync(dirname(path), { recursive: true });
  writeAtomically(path, text);
  return path;
}

/** Makes `.cog/` where it is missing, and returns its path. */
export function openState(projectDirectory: string): string {
  const directory = join(projectDirectory, ".cog");
  try {
    makeDirectory(directory);
    writeAtomically(join(directory, ".gitignore"), "*\n");
    return directory;
  } catch (error) {
    if (!UNWRITABLE.has(systemCodeOf(error) ?? "")) throw error;
    return temporaryState(projectDirectory);
  }
}

/** Where it may be. Nothing is made. */
export function stateFolders(projectDirectory: string): readonly string[] {
  return [join(projectDirectory, ".cog"), temporaryPath(projectDirectory)];
}

/** Not `recursive`: on a read-only file system that says ENOENT, as if the project were not there. */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory);
  } catch (error) {
    if (!existsSync(directory)) throw error;
  }
}

/** The same one for every command in a project, and nobody else's. */
function temporaryPath(projectDirectory: string): string {
  const name = createHash("sha256").update(projectDirectory).digest("hex").slice(0, 16);
  return join(tmpdir(), `cog-state-${process.getuid?.() ?? "user"}-${name}`);
}

function temporaryState(projectDirectory: string): string {
  const directory = temporaryPath(projectDirectory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (process.getuid !== undefined && statSync(directory).uid !== process.getuid())
    return mkdtempSync(join(tmpdir(), "cog-state-"));
  return directory;
}

/** Another run in the same project sees the old text or the new one, never half of it. */
export function writeAtomically(path: string, text: string): void {
  const scratch = `${path}.${randomUUID()}`;
  try {
    writeFileSync(scratch, text);
    renameSync(scratch, path);
  } catch (error) {
    rmSync(scratch, { force: true });
    throw error;
  }
}
