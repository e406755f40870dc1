/** What a prediction or a training needs, read and checked before anything is built. */
import { UserError } from "@cog/core/errors";
import { type JsonObject, jsonText } from "@cog/core/json";
import { type Endpoint, interfaceOf } from "@cog/core/schema";
import type { Surroundings, Target } from "#engines";
import { checkInput, type InputContext, inputTable, readInputFlags } from "#inputs";
import { type Model, readModel } from "#launch";
import { checkWritable, hasFiles, type OutputName, outputName } from "#outputs";
import type { Call, CommandContext } from "./command.ts";
import { chooseEngine } from "./engine.ts";
import type { predictionFlags } from "./prediction-flags.ts";
import { projectOf } from "./project.ts";
import { mustHaveWeights } from "./project-weights.ts";
import { surroundingsOf } from "./surroundings.ts";

export type Mode = "predict" | "train";

export interface Subject {
  readonly mode: Mode;
  readonly image: string | undefined;
  /** The image may have been meant as a command. */
  readonly unsure?: boolean;
  /** Leave the model up for the next one. */
  readonly keep?: boolean;
  /** Again after every edit. */
  readonly watch?: boolean;
  /** Show the files that are written. */
  readonly open?: boolean;
  /** Ask for the inputs that are not given. */
  readonly interactive?: boolean;
}

export type Flags = Call<typeof predictionFlags>["flags"];

/** All that a prediction needs, checked. */
export interface Request {
  readonly flags: Flags;
  readonly subject: Subject;
  readonly target: Target;
  /** Of a project. */
  readonly model: (Model & { readonly endpoint: Endpoint }) | undefined;
  /** Undefined when the image has to be asked first what it takes. */
  readonly input: JsonObject | undefined;
  readonly checked: (document: JsonObject) => Promise<JsonObject>;
  readonly name: OutputName;
  readonly replicate: Readonly<Record<string, string>>;
  readonly surroundings: Surroundings;
}

/** Which inputs are given, for who asks it once the model has said what it takes. */
export type AskInputs = (fields: () => Promise<Endpoint["inputs"]>) => Promise<readonly string[]>;

/** Everything checked; undefined when `--inputs` was all that was asked. */
export async function requestOf(
  flags: Flags,
  subject: Subject,
  context: CommandContext,
  inputs: AskInputs = async () => flags.input,
): Promise<Request | undefined> {
  const { settings, workingDirectory } = context;
  const reading = { workingDirectory, home: settings.home, readStdin: context.readStdin };
  const target = targetOf(flags, subject, context);
  const model = target.kind === "project" ? await modelOf(target, subject.mode, context) : undefined;
  const endpoint = async () => model?.endpoint ?? (await endpointOfImage(target, subject.mode, context));
  if (flags.inputs) {
    context.stdout.write(inputTable(await endpoint()));
    return undefined;
  }
  const json = flags.json === undefined || flags.json === "" ? undefined : flags.json;
  const input = await inputs(async () => (await endpoint()).inputs);
  const given = await readInputFlags({ input, json }, reading);
  const checked = (document: JsonObject): Promise<JsonObject> =>
    checkInput(given, {
      ...reading,
      document,
      component: componentIn(document, subject.mode),
      asking: askingOf(subject),
    });
  const early = model === undefined ? undefined : await checked(model.document);
  const name = nameOf(flags, subject.mode, context);
  const savesFiles = !flags.raw && hasFiles(model?.endpoint.output);
  checkWritable(name, { workingDirectory, savesFiles });
  if (target.kind === "project") await mustHaveWeights(target.project, settings);
  const replicate = replicateContext(flags, context);
  const surroundings = surroundingsOf(flags, context);

  return { flags, subject, target, model, input: early, checked, name, replicate, surroundings };
}

/** With how much the server says of itself. */
export function startFlags({ surroundings }: Request, { global }: CommandContext): Surroundings {
  return { ...surroundings, env: { COG_LOG_LEVEL: global.debug ? "debug" : "warning", ...surroundings.env } };
}

function targetOf(flags: Flags, { image }: Subject, context: CommandContext): Target {
  if (image !== undefined && flags.json === "" && /\.json$/i.test(image)) {
    throw new UserError("input.json", `No image is named like ${image}; did you mean --json @${image}?`, {
      hint: "With --json alone the result is JSON, and a word after it is an image.",
    });
  }
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

export function endpointOf(document: JsonObject | undefined, mode: Mode): Endpoint | undefined {
  const model = document === undefined ? undefined : interfaceOf(document);
  return mode === "train" ? model?.train : model?.predict;
}

async function endpointOfImage(target: Target, mode: Mode, context: CommandContext): Promise<Endpoint> {
  const endpoint = endpointOf(await documentOfImage(target, context), mode);
  if (endpoint !== undefined) return endpoint;
  throw noSchema();
}

/** As the image's label has it; an image that is not here is pulled. */
export async function documentOfImage(target: Target, context: CommandContext): Promise<JsonObject> {
  const { signal, report } = context;
  const engine = await chooseEngine(context, { docker: true });
  const { schema } = await engine.prepare(target, { signal, report });
  if (schema !== undefined) return schema;
  throw noSchema();
}

function noSchema(): UserError {
  return new UserError("image.no_schema", "The image does not say what its model takes.", {
    hint: "Serve it: its address /openapi.json tells.",
  });
}

function askingOf({ mode, image }: Subject): string {
  return ["cog", mode === "train" ? "train" : "run", image, "--inputs"].filter((word) => word !== undefined).join(" ");
}

function componentIn(document: JsonObject, mode: Mode): InputContext["component"] {
  const text = mode === "train" && jsonText(document).includes('"TrainingInput"');
  return text ? "TrainingInput" : "Input";
}

function nameOf(flags: Flags, mode: Mode, { workingDirectory, settings }: CommandContext): OutputName {
  const output = flags.output ?? (mode === "train" && flags.json === undefined ? "weights" : undefined);
  return outputName({ output, workingDirectory, home: settings.home });
}

function replicateContext(flags: Flags, { settings }: CommandContext): Readonly<Record<string, string>> {
  if (!flags["use-replicate-token"]) return {};
  if (settings.replicateToken !== undefined) return { replicate_api_token: settings.replicateToken };
  throw new UserError(
    "replicate.token",
    "Failed to find REPLICATE_API_TOKEN in the current environment when called with --use-replicate-token",
  );
}
