/** File inputs: which values are acceptable, and local files in place of URLs. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Json, JsonObject } from "@cog/core/json";
import { extensionOf } from "@cog/core/media";
import type { FileInputKind, ValidationProblem } from "@cog/core/wire";
import { StepFailed } from "#predictions";
import type { DownloadSettings } from "#settings";
import { decodeDataUrl, isDataUrl } from "./data-url.ts";
import type { DownloadOptions } from "./download.ts";
import { download } from "./download.ts";
import { nameOfDataUrl, nameOfDownload } from "./names.ts";

export type FileInputs = Readonly<Record<string, FileInputKind>>;

const PARALLEL_DOWNLOADS = 8;
const OTHER_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * What no file can be made of. A remote caller must not make the model open files of the container: unless `localPaths`
 * allows it, only URLs are taken.
 */
export function urlProblems(
  input: JsonObject,
  files: FileInputs,
  { localPaths }: { readonly localPaths: boolean },
): readonly ValidationProblem[] {
  const problems: ValidationProblem[] = [];
  for (const { name, at, value } of fileValues(input, files)) {
    if (isDataUrl(value) || isHttpUrl(value) || (localPaths && !OTHER_SCHEME.test(value))) continue;
    const place = at === undefined ? name : `${name}/${at}`;
    const msg = `${JSON.stringify(shortened(value))} is not an http, https or data URL`;
    problems.push({ loc: ["body", "input", place], msg, type: "value_error" });
  }
  return problems;
}

/** True when some value has to become a local file. */
export function needsFiles(input: JsonObject, files: FileInputs, limits: DownloadSettings): boolean {
  return fileValues(input, files).some((value) => isPrepared(value, limits));
}

/** The input with the paths of local files, made below `folder`, in place of URLs. Throws what the client should read. */
export async function prepareFiles(
  input: JsonObject,
  files: FileInputs,
  { folder, ...options }: DownloadOptions & { readonly folder: string },
): Promise<JsonObject> {
  const wanted = fileValues(input, files).filter((value) => isPrepared(value, options.limits));
  const paths = new Map<FileValue, string>();
  const waiting = wanted.entries();
  // The first failure ends the others, so that nothing writes below the folder any more.
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const take = async (): Promise<void> => {
    for (const [number, value] of waiting) {
      const prefix = join(folder, String(number));
      paths.set(value, await fetchFile(value, prefix, { ...options, signal }));
    }
  };
  const workers = Array.from({ length: Math.min(PARALLEL_DOWNLOADS, wanted.length) }, take);
  try {
    await Promise.all(workers);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(workers);
    throw error;
  }
  const prepared: Record<string, Json> = { ...input };
  for (const [{ name, at }, path] of paths) {
    const list = prepared[name];
    if (at === undefined) prepared[name] = path;
    else if (Array.isArray(list)) prepared[name] = list.with(at, path);
  }
  return prepared;
}

interface FileValue {
  readonly name: string;
  /** Its index, in a list. */
  readonly at: number | undefined;
  readonly value: string;
  readonly kind: FileInputKind;
}

function fileValues(input: JsonObject, files: FileInputs): FileValue[] {
  const found: FileValue[] = [];
  for (const name in files) {
    const kind = files[name];
    const given = input[name];
    if (kind === undefined || given === undefined || given === null) continue;
    if (typeof given === "string") found.push({ name, at: undefined, value: given, kind });
    else if (Array.isArray(given)) {
      given.forEach((value: Json, at) => {
        if (typeof value === "string") found.push({ name, at, value, kind });
      });
    }
  }
  return found;
}

/**
 * URLs of `file` inputs are opened by the model, lazily, and data URLs in memory, as models of the reference know them; where
 * limits are to hold downloads are ours to open.
 */
function isPrepared({ value, kind }: FileValue, { timeoutMs, mostBytes, publicOnly }: DownloadSettings): boolean {
  if (kind === "path") return isDataUrl(value) || isHttpUrl(value);
  return isHttpUrl(value) && (publicOnly || timeoutMs !== undefined || mostBytes !== undefined);
}

function isHttpUrl(value: string): boolean {
  return /^https?:\/\//i.test(value);
}

async function fetchFile(file: FileValue, prefix: string, options: DownloadOptions): Promise<string> {
  await mkdir(prefix);
  try {
    if (isDataUrl(file.value)) {
      const { mediaType, content } = decodeDataUrl(file.value);
      const path = join(prefix, nameOfDataUrl(extensionOf(mediaType)));
      await writeFile(path, content, { mode: 0o600, signal: options.signal });
      return path;
    }
    const path = join(prefix, nameOfDownload(file.value));
    await download(file.value, path, options);
    return path;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new StepFailed("validation", `Input ${file.name}: ${message}`, { cause: error });
  }
}

function shortened(value: string): string {
  return value.length > 200 ? `${value.slice(0, 200)}…` : value;
}
