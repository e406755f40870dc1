/** Takes the files out of an output: each is written, and its path stands in its place. */
import type { Json } from "@cog/core/json";
import { decodeFile, isFile } from "./data-url.ts";
import { fileName, type OutputName } from "./naming.ts";
import { writeOutputFile } from "./write.ts";

export interface SaveOptions {
  readonly name: OutputName;
  readonly workingDirectory: string;
  readonly onWritten: (path: string) => void;
  /** The whole name of a single file, extension and all. */
  readonly exactly?: string | undefined;
}

/** One decoded file at a time is in memory. */
export function saveFiles(value: Json, options: SaveOptions, at: readonly (string | number)[] = []): Json {
  if (isFile(value)) return saveFile(value, options, at);
  if (Array.isArray(value)) return value.map((item: Json, index) => saveFiles(item, options, [...at, index]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, saveFiles(item as Json, options, [...at, key])]),
  );
}

export function saveFile(url: string, options: SaveOptions, at: readonly (string | number)[]): string {
  const { mediaType, content } = decodeFile(url);
  const path =
    at.length === 0 && options.exactly !== undefined ? options.exactly : fileName(options.name, at, mediaType);
  writeOutputFile(path, content, options.workingDirectory);
  options.onWritten(path);
  return path;
}
