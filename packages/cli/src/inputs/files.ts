/** `@path` → the file as a data URL, or as text where the model wants text. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { systemCodeOf, systemReasonOf, UserError } from "@cog/core/errors";
import { mediaTypeOf } from "@cog/core/media";

export interface FileReading {
  readonly workingDirectory: string;
  readonly home: string;
}

/** @param asText the input is a plain string: UTF-8 is sent as it is, without a byte order mark */
export function readInputFile(name: string, path: string, reading: FileReading & { readonly asText: boolean }): string {
  const content = read(name, path, reading);
  const text = reading.asText ? decodeUtf8(content) : undefined;
  return text ?? `data:${mediaTypeOf(path)};base64,${content.toString("base64")}`;
}

/** A local file that was given without the `@`. */
export function looksForgotten(value: string, reading: FileReading): boolean {
  return value !== "" && !/^(https?|data):/i.test(value) && existsSync(locate(value, reading));
}

function read(name: string, path: string, reading: FileReading): Buffer {
  if (path === "") throw new UserError("input.file", `input "${name}": a file name is expected after @`);
  try {
    return readFileSync(locate(path, reading));
  } catch (error) {
    throw new UserError("input.file", `input "${name}": ${describe(error, path)}`, { cause: error });
  }
}

export function describe(error: unknown, path: string): string {
  const reason = systemCodeOf(error) === "EISDIR" ? "it is a directory, not a file" : systemReasonOf(error);
  return `open ${path}: ${reason}`;
}

export function locate(path: string, { workingDirectory, home }: FileReading): string {
  return path === "~" || /^~[/\\]/.test(path) ? join(home, path.slice(1)) : resolve(workingDirectory, path);
}

function decodeUtf8(content: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    // Not text: it stays a data URL.
    return undefined;
  }
}
