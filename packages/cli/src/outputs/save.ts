/** Takes the files out of an output: each is written, and its path stands in its place. */
import type { Json } from "@cog/core/json";
import type { OutputType } from "@cog/core/schema";
import { decodeFile, isFile } from "./data-url.ts";
import { download, isAddress } from "./download.ts";
import type { LargeFiles } from "./large-files.ts";
import { fileName, type OutputName } from "./naming.ts";
import { copyToOutputFile, writeOutputFile, writeOutputStream } from "./write.ts";

export interface SaveOptions {
  readonly name: OutputName;
  readonly workingDirectory: string;
  readonly onWritten: OnWritten;
  /** The whole name of a single file, extension and all. */
  readonly exactly?: string | undefined;
  /** Where files are that never came into memory. */
  readonly large?: LargeFiles | undefined;
  readonly signal: AbortSignal;
}

/** @param path of a file that was written: relative when `-o` was given so */
export type OnWritten = (path: string, sizeBytes: number) => void;

type At = readonly (string | number)[];

/** One decoded file at a time is in memory. */
export async function saveFiles(
  value: Json,
  type: OutputType | undefined,
  options: SaveOptions,
  at: At = [],
): Promise<Json> {
  if (isFile(value)) return saveFile(value, options, at);
  if (isToDownload(value, type, options.name)) return await saveDownload(value, options, at);
  if (typeof value !== "object" || value === null) return value;
  const entries: (readonly [string | number, Json])[] = [];
  // One after the other: together they would all be decoded at once.
  for (const [key, item] of Array.isArray(value) ? value.entries() : Object.entries(value))
    entries.push([key, await saveFiles(item as Json, partOf(type, key), options, [...at, key])]);
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

export function saveFile(url: string, options: Omit<SaveOptions, "signal">, at: At): string {
  const large = options.large?.find(url);
  if (large !== undefined) {
    const path = pathOf(options, at, large.mediaType);
    copyToOutputFile(path, large.path, options.workingDirectory);
    options.onWritten(path, large.sizeBytes);
    return path;
  }
  const { mediaType, content } = decodeFile(url);
  const path = pathOf(options, at, mediaType);
  writeOutputFile(path, content, options.workingDirectory);
  options.onWritten(path, content.length);
  return path;
}

/** An address of a file is what was asked for, unless `-o` asks for the file itself. */
export function isToDownload(value: Json, type: OutputType | undefined, { place }: OutputName): value is string {
  return isAddress(value) && isFileType(type) && (place === "file" || place === "directory");
}

export function isFileType(type: OutputType | undefined): boolean {
  return type?.kind === "path" || type?.kind === "file";
}

/** Whether an output of this type is one or several files. */
export function hasFiles(type: OutputType | undefined): boolean {
  return isFileType(type?.kind === "list" || type?.kind === "iterator" ? type.items : type);
}

async function saveDownload(address: string, options: SaveOptions, at: At): Promise<string> {
  const { mediaType, extension, content } = await download(address, options.signal);
  const name = options.name.extension === "" ? { ...options.name, extension } : options.name;
  const path = pathOf({ ...options, name }, at, mediaType);
  options.onWritten(path, await writeOutputStream(path, content, options.workingDirectory));
  return path;
}

function pathOf({ exactly, name }: Pick<SaveOptions, "exactly" | "name">, at: At, mediaType: string): string {
  return at.length === 0 && exactly !== undefined ? exactly : fileName(name, at, mediaType);
}

function partOf(type: OutputType | undefined, key: string | number): OutputType | undefined {
  switch (type?.kind) {
    case "list":
    case "iterator":
      return type.items;
    case "object":
      return type.values;
    case "model":
      return type.fields.find(({ name }) => name === key)?.type;
    default:
      return undefined;
  }
}
