/** The story of `cog run`, `cog predict` and `cog train`: check everything, prepare, start, predict, show, stop. */
import { UserError } from "@cog/core/errors";
import { isJsonObject, type Json, type JsonObject } from "@cog/core/json";
import { type Endpoint, interfaceOf } from "@cog/core/schema";
import type { PredictionResponse } from "@cog/core/wire";
import type { Prepared, Target } from "#engines";
import { checkInput, type InputContext, readInputFlags } from "#inputs";
import { predictOn, readModel, withRunningModel } from "#launch";
import {
  checkWritable,
  type OutputName,
  outputName,
  type PresentOptions,
  presentJson,
  presentOutput,
  streamPrinter,
} from "#outputs";
import type { Call, CommandContext } from "./command.ts";
import { chooseEngine } from "./engine.ts";
import { inputTable } from "./input-table.ts";
import type { predictionFlags } from "./prediction-flags.ts";
import { projectOf } from "./project.ts";
import { parseVariables } from "./variables.ts";

export type Mode = "predict" | "train";

export interface Subject {
  readonly mode: Mode;
  readonly image: string | undefined;
  /** The image may have been meant as a command. */
  readonly unsure?: boolean;
}

type Flags = Call<typeof predictionFlags>["flags"];

export async function runPrediction(flags: Flags, subject: Subject, context: CommandContext): Promise<number> {
  const { settings, workingDirectory, signal, report } = context;
  const reading = { workingDirectory, home: settings.home, readStdin: context.readStdin };
  const target = targetOf(flags, subject, context);
  const model = target.kind === "project" ? await modelOf(target, subject.mode, context) : undefined;
  if (flags.inputs) {
    if (model === undefined)
      throw new UserError("inputs.image", "--inputs works in a project; for an image use cog inspect");
    context.stdout.write(inputTable(model.endpoint));
    return 0;
  }
  const json = flags.json === undefined || flags.json === "" ? undefined : flags.json;
  const given = await readInputFlags({ input: flags.input, json }, reading);
  const checked = (document: JsonObject): Promise<JsonObject> =>
    checkInput(given, { ...reading, document, component: componentIn(document, subject.mode) });
  const early = model === undefined ? undefined : await checked(model.document);
  const name = nameOf(flags, subject.mode, context);
  checkWritable(name, workingDirectory);
  const replicate = replicateContext(flags, context);
  const env = parseVariables(flags.env, settings.environment);

  const engine = await chooseEngine(context, { docker: target.kind === "image" });
  const prepared = await explained(engine.prepare(target, { signal, report }), subject);
  const labelled = model?.document ?? prepared.schema;
  const input = early ?? (labelled === undefined ? undefined : await checked(labelled));
  report.info("Starting the model and running setup()...");
  const session = {
    start: {
      mode: subject.mode,
      env: { COG_LOG_LEVEL: context.global.debug ? "debug" : "warning", ...env },
      serverFlags: [],
      listen: { host: "127.0.0.1", port: 0 },
      ...(model !== undefined && { schema: model.document }),
      ...(flags.gpus !== undefined && { gpus: flags.gpus }),
    },
    setupTimeoutSeconds: Number(flags["setup-timeout"]),
  };
  const prediction = await withRunningModel(prepared, session, { signal, report }, async (running) => {
    report.info(subject.mode === "train" ? "Running training..." : "Running prediction...");
    // An image without the label has no schema until its server tells it.
    const document = labelled ?? (await servedDocument(running.url, signal));
    const endpoint = model?.endpoint ?? endpointOf(document, subject.mode);
    const shown = presentation(flags, { name, mode: subject.mode, context });
    const printer = streams(flags, endpoint, context) ? streamPrinter(endpoint?.output, shown) : undefined;
    const answer = await predictOn(running, {
      mode: subject.mode,
      input: input ?? (await checked(document)),
      context: replicate,
      signal,
      ...(printer !== undefined && { onItem: (chunk: Json, index: number) => printer.item(chunk, index) }),
    });
    printer?.end();
    return { answer, streamed: printer?.used === true, endpoint, shown };
  });
  return show(prediction, flags, context);
}

async function servedDocument(url: string, signal: AbortSignal): Promise<JsonObject> {
  const response = await fetch(`${url}/openapi.json`, { signal });
  const document: unknown = response.ok ? await response.json() : undefined;
  if (isJsonObject(document)) return document;
  throw new UserError("image.no_schema", "The image does not say what its model takes, so no input can be given.", {
    hint: "Build it again, or serve it and send requests to its port.",
  });
}

interface Outcome {
  readonly answer: PredictionResponse;
  readonly streamed: boolean;
  readonly endpoint: Endpoint | undefined;
  readonly shown: PresentOptions;
}

function show({ answer, streamed, endpoint, shown }: Outcome, flags: Flags, context: CommandContext): number {
  const succeeded = answer.status === "succeeded";
  if (flags.json !== undefined) presentJson(answer, shown);
  else if (succeeded && !streamed) presentOutput(answer.output, endpoint?.output, shown);
  if (succeeded) return 0;
  if (flags.json === undefined)
    context.report.warn(`Prediction failed with status "${answer.status}": ${answer.error ?? ""}`);
  return 1;
}

function targetOf(flags: Flags, { image }: Subject, context: CommandContext): Target {
  if (image !== undefined) return { kind: "image", image };
  return { kind: "project", project: projectOf(flags, context) };
}

async function modelOf({ project }: Extract<Target, { kind: "project" }>, mode: Mode, { report }: CommandContext) {
  const { predict, train } = project.config;
  if (mode === "predict" && predict === undefined && train !== undefined) {
    throw new UserError("config.only_train", "cog.yaml has only train:, and nothing to run a prediction with.", {
      hint: "Run 'cog train' to train, or add run: to cog.yaml.",
    });
  }
  if (mode === "train" && train === undefined)
    throw new UserError("config.no_train", "no train reference found in cog.yaml", {
      hint: 'Add train: "train.py:train".',
    });
  const model = await readModel(project, report);
  const endpoint = mode === "train" ? model.interface.train : model.interface.predict;
  if (endpoint === undefined) throw new Error("the reader gives every endpoint that cog.yaml names");
  return { ...model, endpoint };
}

function endpointOf(document: JsonObject | undefined, mode: Mode): Endpoint | undefined {
  const model = document === undefined ? undefined : interfaceOf(document);
  return mode === "train" ? model?.train : model?.predict;
}

function componentIn(document: JsonObject, mode: Mode): InputContext["component"] {
  const text = mode === "train" && JSON.stringify(document).includes('"TrainingInput"');
  return text ? "TrainingInput" : "Input";
}

function nameOf(flags: Flags, mode: Mode, { workingDirectory, settings }: CommandContext): OutputName {
  const output = flags.output ?? (mode === "train" && flags.json === undefined ? "weights" : undefined);
  return outputName({ output, workingDirectory, home: settings.home });
}

interface Presentation {
  readonly name: OutputName;
  readonly mode: Mode;
  readonly context: CommandContext;
}

function presentation(flags: Flags, { name, mode, context }: Presentation): PresentOptions {
  const { workingDirectory, stdout, report } = context;
  // Weights keep exactly the name they are given; what is not a file is printed unless a name was asked for.
  const training = mode === "train" && name.given;
  return {
    name: training && flags.output === undefined ? { ...name, given: false } : name,
    workingDirectory,
    print: (text) => stdout.write(text),
    say: (message) => report.info(message),
    raw: flags.raw,
    ...(training && { exactly: `${name.directory === "" ? "" : `${name.directory}/`}${name.stem}${name.extension}` }),
  };
}

function streams(flags: Flags, endpoint: Endpoint | undefined, { stdout }: CommandContext): boolean {
  if (flags.json !== undefined || flags["no-stream"] || flags.output !== undefined) return false;
  const comesInPieces = endpoint?.streaming === true || endpoint?.output.kind === "iterator";
  return comesInPieces && (flags.stream || stdout.isTerminal);
}

function replicateContext(flags: Flags, { settings }: CommandContext): Readonly<Record<string, string>> {
  if (!flags["use-replicate-token"]) return {};
  if (settings.replicateToken !== undefined) return { replicate_api_token: settings.replicateToken };
  throw new UserError(
    "replicate.token",
    "Failed to find REPLICATE_API_TOKEN in the current environment when called with --use-replicate-token",
  );
}

/** A word that is no image may have been a command. */
async function explained(preparing: Promise<Prepared>, { image, unsure }: Subject): Promise<Prepared> {
  try {
    return await preparing;
  } catch (error) {
    if (unsure !== true || !(error instanceof UserError)) throw error;
    throw new UserError("image.not_found", `no image "${image}"; to run it as a command use: cog exec ${image}`, {
      cause: error,
    });
  }
}
