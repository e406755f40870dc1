/** A finished prediction → stdout and files. */
import { UserError } from "@cog/core/errors";
import { type Json, type JsonObject, jsonText } from "@cog/core/json";
import type { OutputType } from "@cog/core/schema";
import type { PredictionResponse } from "@cog/core/wire";
import { decodeFile, isFile } from "./data-url.ts";
import type { LargeFiles } from "./large-files.ts";
import { type OutputName, textFileName } from "./naming.ts";
import { isFileType, isToDownload, type OnWritten, type SaveOptions, saveFiles } from "./save.ts";
import { writeOutputFile } from "./write.ts";

export interface PresentOptions {
  readonly name: OutputName;
  readonly workingDirectory: string;
  readonly print: (content: string | Uint8Array) => void;
  readonly say: (message: string) => void;
  readonly warn: (message: string) => void;
  readonly onWritten: OnWritten;
  /** The whole name of a single output file: training keeps it as it is given. */
  readonly exactly?: string | undefined;
  /** `--raw`: data URLs are printed, not saved. */
  readonly raw?: boolean;
  /** Files of the answer that are on disk already. */
  readonly large?: LargeFiles | undefined;
  readonly signal: AbortSignal;
}

/** The output of a prediction that succeeded. */
export async function presentOutput(
  output: Json | undefined,
  type: OutputType | undefined,
  options: PresentOptions,
): Promise<void> {
  const { name, raw = false } = options;
  if (output === undefined || output === null) {
    options.say("No output generated");
    return;
  }
  if (name.place === "stdout") {
    toStdout(output, options);
    return;
  }
  const isSaved = (item: Json, its: OutputType | undefined) => isFile(item) || isToDownload(item, its, name);
  const items = itemType(type);
  const isListOfFiles =
    Array.isArray(output) && (output.length > 0 ? output.every((item) => isSaved(item, items)) : isFileType(items));
  const isAllFiles = !raw && (isSaved(output, type) || isListOfFiles);
  // Beside a text that has the name of `-o` with its extension, files have those of what they are.
  const among = isAllFiles ? options : { ...options, name: { ...name, extension: "" } };
  const saved = raw ? output : await saveFiles(output, type, saving(among));
  if (isAllFiles) return;
  const text = textOf(saved);
  if (name.place === "file") toFile(text, options);
  else options.print(`${text}\n`);
}

/** `-o -`: exactly what a file would hold. */
function toStdout(output: Json, { print, raw }: PresentOptions): void {
  const single = Array.isArray(output) && output.length === 1 ? (output[0] as Json) : output;
  if (raw !== true && isFile(single)) print(decodeFile(single).content);
  else if (raw !== true && Array.isArray(output) && output.length > 0 && output.every(isFile))
    throw new UserError("output.several", `The output is ${output.length} files, and -o - takes only one`, {
      hint: "Give a name or a directory to -o.",
    });
  else print(textOf(output));
}

/** `--json`: the prediction as one document, also when it failed. */
export async function presentJson(
  prediction: PredictionResponse,
  type: OutputType | undefined,
  options: PresentOptions,
): Promise<void> {
  const { id, status, error = "", logs, metrics, output = null } = prediction;
  const succeeded = status === "succeeded";
  // A result file has its own extension, the files beside it have theirs.
  const name: OutputName = { ...options.name, extension: "" };
  const asTheyAre = options.raw === true || name.place === "stdout";
  const saved = () => saveFiles(output, type, { ...saving(options), name });
  const document: JsonObject = {
    status,
    output: !succeeded ? null : asTheyAre ? output : await saved(),
    error,
    ...(metrics !== undefined && Object.keys(metrics).length > 0 ? { metrics } : {}),
    id,
    ...(logs === undefined || logs === "" ? {} : { logs }),
  };
  const text = jsonText(document, 2);
  if (options.name.place !== "file") {
    options.print(`${text}\n`);
    return;
  }
  if (options.name.extension !== ".json")
    options.warn(`--output value does not have a .json suffix: ${textFileName(options.name)}`);
  toFile(text, options);
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : jsonText(value, 2);
}

function toFile(text: string, options: PresentOptions): void {
  const path = textFileName(options.name);
  writeOutputFile(path, text, options.workingDirectory);
  options.onWritten(path, Buffer.byteLength(text));
}

function saving({ name, workingDirectory, onWritten, exactly, large, signal }: PresentOptions): SaveOptions {
  return { name, workingDirectory, exactly, large, signal, onWritten };
}

function itemType(type: OutputType | undefined): OutputType | undefined {
  return type?.kind === "list" || type?.kind === "iterator" ? type.items : undefined;
}
