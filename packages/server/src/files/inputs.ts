/** File inputs: which values are acceptable, and local files in place of URLs. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "@cog/core/errors";
import type { Json, JsonObject } from "@cog/core/json";
import { extensionOf } from "@cog/core/media";
import { isObjectAddress, parseObjectAddress } from "@cog/core/object-storage";
import type { FileInputKind, ValidationProblem } from "@cog/core/wire";
import { inLanes } from "#lanes";
import { StepFailed } from "#predictions";
import type { DownloadSettings } from "#settings";
import { decodeDataUrl, isDataUrl } from "./data-url.ts";
import type { DownloadOptions } from "./download.ts";
import { download, tookTooLong } from "./download.ts";
import { isAllowedHost } from "./hosts.ts";
import { nameOfDataUrl, nameOfDownload, nameOfObject } from "./names.ts";
import type { LazyObjects } from "./objects.ts";
import { measured } from "./transfer.ts";

export type FileInputs = Readonly<Record<string, FileInputKind>>;

const PARALLEL_DOWNLOADS = 8;
const OTHER_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Which values clients may give for files. */
export interface InputRules extends Pick<DownloadSettings, "objects" | "hosts"> {
  readonly localPaths: boolean;
}

/**
 * What no file can be made of. A remote caller must not make the model open files of the container: unless `localPaths`
 * allows it, only URLs are taken.
 */
export function urlProblems(input: JsonObject, files: FileInputs, rules: InputRules): readonly ValidationProblem[] {
  const problems: ValidationProblem[] = [];
  for (const { name, at, value } of fileValues(input, files)) {
    const problem = problemOf(value, rules);
    if (problem === undefined) continue;
    const place = at === undefined ? name : `${name}/${at}`;
    const msg = `${JSON.stringify(shortened(value))} ${problem}`;
    problems.push({ loc: ["body", "input", place], msg, type: "value_error" });
  }
  return problems;
}

function problemOf(value: string, { localPaths, objects, hosts }: InputRules): string | undefined {
  if (isDataUrl(value) || (localPaths && !OTHER_SCHEME.test(value))) return undefined;
  if (isObjectAddress(value)) {
    if (!objects) return "is in object storage, from which this server takes no inputs (COG_S3_INPUTS)";
    try {
      parseObjectAddress(value);
    } catch {
      return "is not the address of an object";
    }
  } else if (!isHttpUrl(value)) return "is not an http, https or data URL";
  else if (!URL.canParse(value)) return undefined; // The download says what is wrong with it.
  return isAllowedHost(value, hosts)
    ? undefined
    : "is on a host from which this server takes no inputs (COG_INPUT_HOSTS)";
}

/** True when some value has to become a local file. */
export function needsFiles(input: JsonObject, files: FileInputs, limits: DownloadSettings): boolean {
  return fileValues(input, files).some((value) => isPrepared(value, limits));
}

export interface PrepareOptions extends DownloadOptions {
  readonly folder: string;
  readonly objects: LazyObjects;
}

/** The input with the paths of local files, made below `folder`, in place of URLs. Throws what the client should read. */
export async function prepareFiles(
  input: JsonObject,
  files: FileInputs,
  { folder, ...options }: PrepareOptions,
): Promise<JsonObject> {
  const wanted = fileValues(input, files).filter((value) => isPrepared(value, options.limits));
  const made = await inLanes(
    [...wanted.entries()],
    ([number, value], signal) => fetchFile(value, join(folder, String(number)), { ...options, signal }),
    { lanes: PARALLEL_DOWNLOADS, signal: options.signal },
  );
  const prepared: Record<string, Json> = { ...input };
  for (const [number, { name, at }] of wanted.entries()) {
    const path = made[number] ?? "";
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
function isPrepared({ value, kind }: FileValue, limits: DownloadSettings): boolean {
  if (isObjectAddress(value)) return true;
  if (kind === "path") return isDataUrl(value) || isHttpUrl(value);
  const { timeoutMs, mostBytes, publicOnly, hosts } = limits;
  return isHttpUrl(value) && (publicOnly || (timeoutMs ?? mostBytes ?? hosts) !== undefined);
}

function isHttpUrl(value: string): boolean {
  return /^https?:\/\//i.test(value);
}

async function fetchFile(file: FileValue, prefix: string, options: Omit<PrepareOptions, "folder">): Promise<string> {
  await mkdir(prefix);
  try {
    if (isDataUrl(file.value)) {
      const { mediaType, content } = decodeDataUrl(file.value);
      const path = join(prefix, nameOfDataUrl(extensionOf(mediaType)));
      await writeFile(path, content, { mode: 0o600, signal: options.signal });
      return path;
    }
    if (isObjectAddress(file.value)) return await fetchObject(file.value, prefix, options);
    const path = join(prefix, nameOfDownload(file.value));
    await download(file.value, path, options);
    return path;
  } catch (error) {
    const message = messageOf(error);
    throw new StepFailed("validation", `Input ${file.name}: ${message}`, { cause: error });
  }
}

async function fetchObject(
  address: string,
  folder: string,
  { objects, limits, signal, trace, onTransfer }: Omit<PrepareOptions, "folder">,
): Promise<string> {
  const path = join(folder, nameOfObject(parseObjectAddress(address).key));
  const late = limits.timeoutMs === undefined ? undefined : AbortSignal.timeout(limits.timeoutMs);
  const within = late === undefined ? signal : AbortSignal.any([signal, late]);
  try {
    const get = async (): Promise<void> =>
      await (await objects()).get(address, path, { mostBytes: limits.mostBytes, signal: within });
    await measured(get, { transfer: { kind: "download", trace }, signal, onTransfer });
    return path;
  } catch (error) {
    throw late?.aborted ? new Error(`${address}: ${tookTooLong(limits)}`, { cause: error }) : error;
  }
}

function shortened(value: string): string {
  return value.length > 200 ? `${value.slice(0, 200)}…` : value;
}
