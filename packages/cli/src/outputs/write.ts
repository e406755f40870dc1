/** Writing output files: whole or not at all, with the modes of ordinary files. */
import { randomBytes } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  createWriteStream,
  existsSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { systemReasonOf, UserError } from "@cog/core/errors";
import type { OutputName } from "./naming.ts";

/**
 * Fails before any work when the output goes to a place that cannot be written to.
 * @param savesFiles the output is sure to have files, also where `-o` does not say so
 */
export function checkWritable(
  name: OutputName,
  { workingDirectory, savesFiles = false }: { readonly workingDirectory: string; readonly savesFiles?: boolean },
): void {
  if (name.place === "stdout" || (name.place === "default" && !savesFiles)) return;
  const directory = resolve(workingDirectory, name.directory);
  const file = name.place === "file" ? resolve(directory, `${name.stem}${name.extension}`) : undefined;
  const isDevice = file !== undefined && isSpecial(file);
  if (!isDevice && !isWritable(directory)) throw notWritable(file ?? join(directory, sep));
  if (file !== undefined && existsSync(file) && !isWritable(file)) throw notWritable(file);
}

export function writeOutputFile(path: string, content: string | Uint8Array, workingDirectory: string): void {
  put(path, workingDirectory, (scratch) => writeFileSync(scratch, content, { mode: 0o644 }));
}

/** The same, of a file: the system copies it. */
export function copyToOutputFile(path: string, source: string, workingDirectory: string): void {
  put(path, workingDirectory, (scratch) => {
    copyFileSync(source, scratch);
    if (!isSpecial(scratch)) chmodSync(scratch, 0o644 & ~process.umask());
  });
}

function put(path: string, workingDirectory: string, write: (scratch: string) => void): void {
  const target = resolve(workingDirectory, path);
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError("output.directory", `Output name "${path}" conflicts with a directory, provide --output`);
  }
  const places = placesOf(target);
  try {
    write(places.scratch);
    keep(places);
  } catch (error) {
    discard(places);
    throw notWritable(target, error);
  }
}

/** The same, of what comes in pieces: only one of them is in memory. Resolves with the size in bytes. */
export async function writeOutputStream(
  path: string,
  content: AsyncIterable<Uint8Array>,
  workingDirectory: string,
): Promise<number> {
  const places = placesOf(resolve(workingDirectory, path));
  try {
    const file = createWriteStream(places.scratch, { mode: 0o644 });
    await pipeline(content, file);
    keep(places);
    return file.bytesWritten;
  } catch (error) {
    discard(places);
    throw error;
  }
}

interface Places {
  readonly scratch: string;
  readonly target: string;
}

/** A link stays a link. A device or a pipe is written to as it is: a file in its place would be the end of /dev/null. */
function placesOf(path: string): Places {
  if (isSpecial(path)) return { scratch: path, target: path };
  const target = existsSync(path) ? realpathSync(path) : path;
  return { scratch: `${target}.${randomBytes(4).toString("hex")}.part`, target };
}

function keep({ scratch, target }: Places): void {
  if (scratch !== target) renameSync(scratch, target);
}

function discard({ scratch, target }: Places): void {
  if (scratch !== target) rmSync(scratch, { force: true });
}

function isSpecial(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && !found.isFile() && !found.isDirectory();
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
  const directory = path.endsWith(sep) ? path : dirname(path);
  const missing = !existsSync(directory);
  // As in "ENOSPC: no space left on device, write".
  const reason = cause === undefined || missing ? "" : ` (${systemReasonOf(cause)})`;
  return new UserError("output.not_writable", `Output path is not writable: ${path}${reason}`, {
    hint: missing ? `The directory ${directory} does not exist; create it, or choose another with -o.` : undefined,
    cause,
  });
}
