/** Writing output files: whole or not at all, with the modes of ordinary files. */
import { randomBytes } from "node:crypto";
import {
  accessSync,
  constants,
  createWriteStream,
  existsSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { UserError } from "@cog/core/errors";
import type { OutputName } from "./naming.ts";

/** Fails before any work when `-o` names a place that cannot be written to. */
export function checkWritable(name: OutputName, workingDirectory: string): void {
  if (name.place === "stdout" || name.place === "default") return;
  const directory = resolve(workingDirectory, name.directory);
  const file = name.place === "file" ? resolve(directory, `${name.stem}${name.extension}`) : undefined;
  if (!isWritable(directory) || (file !== undefined && existsSync(file) && !isWritable(file)))
    throw notWritable(file ?? directory);
}

export function writeOutputFile(path: string, content: string | Uint8Array, workingDirectory: string): void {
  const target = resolve(workingDirectory, path);
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError("output.directory", `Output name "${path}" conflicts with a directory, provide --output`);
  }
  const scratch = scratchFor(target);
  try {
    writeFileSync(scratch, content, { mode: 0o644 });
    renameSync(scratch, target);
  } catch (error) {
    rmSync(scratch, { force: true });
    throw notWritable(target, error);
  }
}

/** The same, of what comes in pieces: only one of them is in memory. Resolves with the size in bytes. */
export async function writeOutputStream(
  path: string,
  content: AsyncIterable<Uint8Array>,
  workingDirectory: string,
): Promise<number> {
  const target = resolve(workingDirectory, path);
  const scratch = scratchFor(target);
  try {
    const file = createWriteStream(scratch, { mode: 0o644 });
    await pipeline(content, file);
    renameSync(scratch, target);
    return file.bytesWritten;
  } catch (error) {
    rmSync(scratch, { force: true });
    throw error;
  }
}

function scratchFor(target: string): string {
  return `${target}.${randomBytes(4).toString("hex")}.part`;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function notWritable(path: string, cause?: unknown): UserError {
  const missing = !existsSync(dirname(path));
  return new UserError("output.not_writable", `Output path is not writable: ${path}`, {
    hint: missing ? `The directory ${dirname(path)} does not exist; create it, or choose another with -o.` : undefined,
    cause,
  });
}
