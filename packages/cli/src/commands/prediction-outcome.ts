/** One prediction on a running model, and its result on stdout and in files. */
import { resolve } from "node:path";
import { UserError } from "@cog/core/errors";
import { isJsonObject, type Json, type JsonObject, parseJson } from "@cog/core/json";
import type { Endpoint } from "@cog/core/schema";
import type { PredictionResponse } from "@cog/core/wire";
import type { RunningModel } from "#engines";
import { localFetch } from "#http";
import { predictOn } from "#launch";
import { LargeFiles, type OutputName, type PresentOptions, presentJson, presentOutput, streamPrinter } from "#outputs";
import { openOnDesktop } from "#ui";
import type { CommandContext } from "./command.ts";
import { endpointOf, type Flags, type Request, type Subject } from "./prediction-request.ts";
import { sizeText } from "./table.ts";

export interface Outcome {
  readonly answer: PredictionResponse;
  readonly streamed: boolean;
  readonly endpoint: Endpoint | undefined;
  readonly shown: PresentOptions;
}

interface Surroundings {
  /** The document known so far: an image without the label has none until its server tells it. */
  readonly labelled: JsonObject | undefined;
  readonly context: CommandContext;
  readonly onLog?: (text: string) => void;
}

export async function predict(
  running: RunningModel,
  request: Request,
  { labelled, context, onLog }: Surroundings,
): Promise<Outcome> {
  const { flags, subject, model, name } = request;
  const { signal } = context;
  const document = labelled ?? (await servedDocument(running.url, signal));
  const endpoint = model?.endpoint ?? endpointOf(document, subject.mode);
  const shown = presentation(flags, { name, subject, context });
  const { large } = shown;
  const printer = streams(flags, endpoint, context) ? streamPrinter(endpoint?.output, shown) : undefined;
  const input = request.input ?? (await request.checked(document));
  const step = context.report.step(subject.mode === "train" ? "training" : "prediction", { below: "output" });
  const onItem = (chunk: Json, index: number) => {
    // What goes to stdout is not known to the row on stderr.
    step.done();
    printer?.item(chunk, index);
  };
  let answer: PredictionResponse;
  try {
    answer = await predictOn(running, {
      mode: subject.mode,
      input,
      context: request.replicate,
      signal,
      ...(large !== undefined && { through: () => large.reader() }),
      ...(printer !== undefined && { onItem }),
      ...(onLog !== undefined && { onLog }),
    });
  } finally {
    step.done();
  }
  printer?.end();
  const nothingCame = endpoint?.output.kind === "iterator" && isEmptyList(answer.output);
  return { answer, streamed: printer !== undefined && (printer.used || nothingCame), endpoint, shown };
}

function isEmptyList(output: Json | undefined): boolean {
  return Array.isArray(output) && output.length === 0;
}

async function servedDocument(url: string, signal: AbortSignal): Promise<JsonObject> {
  const response = await localFetch(`${url}/openapi.json`, { signal });
  const document = response.status === 200 ? parseJson(await response.text()) : undefined;
  if (isJsonObject(document)) return document;
  throw new UserError("image.no_schema", "The image does not say what its model takes, so no input can be given.", {
    hint: "Build it again, or serve it and send requests to its port.",
  });
}

export async function show(
  { answer, streamed, endpoint, shown }: Outcome,
  flags: Pick<Flags, "json">,
): Promise<number> {
  const succeeded = answer.status === "succeeded";
  try {
    if (flags.json !== undefined) await presentJson(answer, endpoint?.output, shown);
    else if (succeeded && !streamed) await presentOutput(answer.output, endpoint?.output, shown);
  } finally {
    shown.large?.close();
  }
  if (succeeded) return 0;
  // The document says it already; otherwise the model's own traceback stands above this.
  if (flags.json !== undefined) return 1;
  throw new UserError("prediction.failed", `Prediction failed with status "${answer.status}": ${answer.error ?? ""}`);
}

interface Presentation {
  readonly name: OutputName;
  readonly subject: Pick<Subject, "mode" | "open">;
  readonly context: CommandContext;
}

export function presentation(
  flags: Pick<Flags, "output" | "raw">,
  { name, subject, context }: Presentation,
): PresentOptions {
  const { workingDirectory, stdout, report, signal } = context;
  // Weights keep exactly the name they are given; what is not a file is printed unless a name was asked for.
  const training = subject.mode === "train" && name.place === "file";
  return {
    name: training && flags.output === undefined ? { ...name, place: "default" } : name,
    workingDirectory,
    print: (content) => stdout.write(content),
    signal,
    say: (message) => report.info(message),
    warn: (message) => report.warn(message),
    onWritten: (path, sizeBytes) => {
      report.info(`Written output to: ${path} (${sizeText(sizeBytes)})`);
      if (subject.open === true) openOnDesktop(resolve(workingDirectory, path));
    },
    raw: flags.raw,
    // Printed, they have to be in memory.
    ...(!flags.raw && name.place !== "stdout" && { large: new LargeFiles() }),
    ...(training && { exactly: `${name.directory === "" ? "" : `${name.directory}/`}${name.stem}${name.extension}` }),
  };
}

/** Whether items are printed as they come. */
export function streams(
  flags: Pick<Flags, "json" | "no-stream" | "output" | "stream">,
  endpoint: Endpoint | undefined,
  { stdout }: CommandContext,
): boolean {
  if (flags.json !== undefined || flags["no-stream"] || flags.output !== undefined) return false;
  const comesInPieces = endpoint?.streaming === true || endpoint?.output.kind === "iterator";
  return comesInPieces && (flags.stream || stdout.isTerminal);
}
