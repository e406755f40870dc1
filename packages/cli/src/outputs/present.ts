/** A finished prediction → stdout and files. */
import type { Json, JsonObject } from "@cog/core/json";
import type { OutputType } from "@cog/core/schema";
import type { PredictionResponse } from "@cog/core/wire";
import { isFile } from "./data-url.ts";
import { type OutputName, textFileName } from "./naming.ts";
import { type SaveOptions, saveFiles } from "./save.ts";
import { writeOutputFile } from "./write.ts";

export interface PresentOptions {
  readonly name: OutputName;
  readonly workingDirectory: string;
  readonly print: (text: string) => void;
  /** "Written output to", and the like. */
  readonly say: (message: string) => void;
  /** The whole name of a single output file: training keeps it as it is given. */
  readonly exactly?: string | undefined;
  /** `--raw`: data URLs are printed, not saved. */
  readonly raw?: boolean;
}

/** The output of a prediction that succeeded. */
export function presentOutput(output: Json | undefined, type: OutputType | undefined, options: PresentOptions): void {
  if (output === undefined || output === null) {
    options.say("No output generated");
    return;
  }
  const saved = options.raw === true ? output : saveFiles(output, saving(options));
  const isListOfFiles =
    Array.isArray(output) && (output.length > 0 ? output.every(isFile) : isFileType(itemType(type)));
  if (options.raw !== true && (isFile(output) || isListOfFiles)) return;
  const text = typeof saved === "string" ? saved : JSON.stringify(saved, null, 2);
  if (options.name.given) toFile(text, options);
  else options.print(`${text}\n`);
}

/** `--json`: the prediction as one document, also when it failed. */
export function presentJson(prediction: PredictionResponse, options: PresentOptions): void {
  const { id, status, error = "", logs, metrics, output = null } = prediction;
  const succeeded = status === "succeeded";
  // A result file has its own extension, the files beside it have theirs.
  const name: OutputName = { ...options.name, extension: "" };
  const document: JsonObject = {
    status,
    output: succeeded ? saveFiles(output, { ...saving(options), name }) : null,
    error,
    ...(metrics !== undefined && Object.keys(metrics).length > 0 ? { metrics } : {}),
    id,
    ...(logs === undefined || logs === "" ? {} : { logs }),
  };
  const text = JSON.stringify(document, null, 2);
  if (!options.name.given) {
    options.print(`${text}\n`);
    return;
  }
  if (options.name.extension !== ".json")
    options.say(`--output value does not have a .json suffix: ${textFileName(options.name)}`);
  toFile(text, options);
}

function toFile(text: string, options: PresentOptions): void {
  const path = textFileName(options.name);
  writeOutputFile(path, text, options.workingDirectory);
  options.say(`Written output to: ${path}`);
}

function saving({ name, workingDirectory, say, exactly }: PresentOptions): SaveOptions {
  return { name, workingDirectory, exactly, onWritten: (path) => say(`Written output to: ${path}`) };
}

function itemType(type: OutputType | undefined): OutputType | undefined {
  return type?.kind === "list" || type?.kind === "iterator" ? type.items : undefined;
}

function isFileType(type: OutputType | undefined): boolean {
  return type?.kind === "path" || type?.kind === "file";
}
