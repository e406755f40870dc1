/** The story of `cog run`, `cog predict` and `cog train`: check everything, prepare, start, predict, show, stop. */
import { CogError, UnavailableError, UserError } from "@cog/core/errors";
import type { Prepared, RunningModel } from "#engines";
import { reuseKept, withRunningModel } from "#launch";
import type { CommandContext } from "./command.ts";
import { chooseEngine, sayStarting, warnOfRemote } from "./engine.ts";
import { IDLE_SECONDS, type Keeping, keeping, recipeOf } from "./keeping.ts";
import { predict, show } from "./prediction-outcome.ts";
import { type AskInputs, type Flags, type Request, requestOf, type Subject, startFlags } from "./prediction-request.ts";
import { weightPlaces } from "./project-weights.ts";
import { UsageError } from "./usage.ts";

/** A container outlives a command that is killed, which can stop nothing then: it ends when nobody asks it any more. */
const ORPHAN_SECONDS = "60";

export async function runPrediction(flags: Flags, subject: Subject, context: CommandContext): Promise<number> {
  if (subject.watch === true && subject.keep === true)
    throw new UsageError("--watch and --keep cannot be used together", "run");
  const inputs = subject.interactive === true ? await interactiveInputs(flags, context) : undefined;
  const read = () => requestOf(flags, subject, context, inputs);
  if (subject.watch === true) {
    const { watchPrediction } = await import("./watching.ts");
    return await watchPrediction({ flags, subject, read }, context);
  }
  const request = await read();
  if (request === undefined) return 0;
  const kept = await keptModel(request, context);
  if (kept?.kind === "reused") return await predictAndShow(kept.model, request, context);
  return await startAndPredict(request, kept?.keeping, context);
}

/** Asks once, however often the inputs are read. */
async function interactiveInputs(flags: Flags, context: CommandContext): Promise<AskInputs> {
  if (flags.json !== undefined) {
    throw new UserError("interactive.not_here", "--interactive does not work together with --json.", {
      hint: "Give the inputs with -i; 'cog run --inputs' lists them.",
    });
  }
  const { askForInputs, mustBeAbleToAsk } = await import("./interactive.ts");
  mustBeAbleToAsk();
  let answers: Promise<readonly string[]> | undefined;
  return (fields) => {
    answers ??= fields().then((known) => askForInputs(known, flags.input, context));
    return answers;
  };
}

type Kept =
  | { readonly kind: "reused"; readonly model: RunningModel }
  /** A new one is to be kept. */
  | { readonly kind: "new"; readonly keeping: Keeping };

/** A model that is up already, or how the next one is to be kept; undefined: it is not to be. */
async function keptModel(request: Request, context: CommandContext): Promise<Kept | undefined> {
  const { flags, subject, target, model } = request;
  if (target.kind === "image" || model === undefined || subject.mode === "train") {
    if (subject.keep !== true) return undefined;
    throw new UserError("keep.image", "--keep works in a project, not with an image.", {
      hint: "Leave an image up with 'docker run', and send requests to its port.",
    });
  }
  const recipe = await recipeOf(target.project, startFlags(request, context), context);
  const { settings, report, signal } = context;
  const wanted = {
    ...recipe,
    cacheDirectory: settings.cacheDirectory,
    document: model.document,
    setupTimeoutSeconds: Number(flags["setup-timeout"]),
  };
  const found = await reuseKept(wanted, { report, signal });
  if (found.kind === "reused") return found;
  if (subject.keep !== true && found.kind === "none") return undefined;
  return { kind: "new", keeping: { recipe, command: "run", idleSeconds: IDLE_SECONDS } };
}

async function startAndPredict(request: Request, keep: Keeping | undefined, context: CommandContext): Promise<number> {
  const { flags, subject, target, model } = request;
  const { signal, report, settings } = context;
  const { volumes } = request.surroundings;
  const engine = await chooseEngine(context, { docker: target.kind === "image", volumes });
  const preparing = explained(engine.prepare(target, { signal, report }), subject);
  const [prepared] = await Promise.all([preparing, warnOfRemote(engine, context)]);
  const labelled = model?.document ?? prepared.schema;
  const input = request.input ?? (labelled === undefined ? undefined : await request.checked(labelled));
  sayStarting(engine, context);
  const start = startFlags(request, context);
  const kept = keep && keeping(keep, start.env, settings.cacheDirectory);
  const session = {
    start: {
      mode: subject.mode,
      serverFlags: [],
      listen: { host: "127.0.0.1", port: 0 },
      ...(model !== undefined && { schema: model.document }),
      ...start,
      ...(!prepared.inPlace && { env: { COG_IDLE_TIMEOUT: ORPHAN_SECONDS, ...start.env } }),
      ...kept?.start,
    },
    weights: weightPlaces(settings),
    setupTimeoutSeconds: Number(flags["setup-timeout"]),
    ...(kept !== undefined && { onKept: kept.onKept }),
  };
  const exitCode = await withRunningModel(prepared, session, { signal, report }, async (running) => {
    report.info(subject.mode === "train" ? "Running training..." : "Running prediction...");
    const shown = kept === undefined ? {} : { onLog: (text: string) => report.output(text) };
    const outcome = await predict(running, { ...request, input }, { labelled, context, ...shown });
    // Before the output is shown: no model shall wait for a slow reader. Its end is waited for afterwards.
    if (kept === undefined) running.stop().catch(() => undefined);
    return await show(outcome, flags);
  });
  if (kept !== undefined)
    report.info(`The model stays up for ${IDLE_SECONDS / 60} minutes; stop it with: cog stop ${kept.id}`);
  return exitCode;
}

/** On a model of an earlier command, whose own output goes to its log: what it prints comes with the answer. */
async function predictAndShow(running: RunningModel, request: Request, context: CommandContext): Promise<number> {
  const onLog = (text: string) => context.report.output(text);
  const outcome = await predict(running, request, { labelled: request.model?.document, context, onLog });
  return await show(outcome, request.flags);
}

/** A word that is no image may have been a command. */
async function explained(preparing: Promise<Prepared>, { image, unsure }: Subject): Promise<Prepared> {
  try {
    return await preparing;
  } catch (error) {
    if (unsure !== true || !(error instanceof CogError)) throw error;
    const asCommand = `to run it as a command use: cog exec ${image}`;
    if (error instanceof UserError) {
      throw new UserError("image.not_found", `no image "${image}"; ${asCommand}`, {
        hint: "'cog ls' lists the Cog images of this machine, and 'cog login' opens private registries.",
        cause: error,
      });
    }
    const hint = [error.hint, `If ${image} is no image: ${asCommand}`].filter((line) => line !== undefined).join("\n");
    throw new UnavailableError(error.code, error.message, { hint, cause: error });
  }
}
