/** The story of `cog serve`: check the port, prepare, start, say where, and stay until told to stop. */
import { CogError } from "@cog/core/errors";
import type { Prepared, QueuePlace, RunningModel } from "#engines";
import { readModel, type SessionOptions, withRunningModel } from "#launch";
import type { RunningPlayground } from "#playground";
import type { Project } from "#project";
import { checkPlaygroundPort, openBesideModel } from "./beside-model.ts";
import type { CommandContext } from "./command.ts";
import { chooseEngine, sayStarting, warnOfRemote } from "./engine.ts";
import { aborted } from "./interrupt.ts";
import { keeping, recipeOf } from "./keeping.ts";
import { storageVariables, warnOfLoopback } from "./object-storage.ts";
import { addressOf, checkPort } from "./port.ts";
import { projectOf } from "./project.ts";
import { mustHaveWeights, weightPlaces } from "./project-weights.ts";
import { queuePlace } from "./queue-place.ts";
import type { ServeFlags } from "./serve.ts";
import { surroundingsOf } from "./surroundings.ts";
import { UsageError } from "./usage.ts";

export async function serveModel(flags: ServeFlags, context: CommandContext): Promise<number> {
  for (const one of ["watch", "playground"] as const)
    if (flags[one] && flags.detach) throw new UsageError(`--${one} and --detach cannot be used together`, "serve");
  return await serveOn(flags, context);
}

async function serveOn(typed: ServeFlags, context: CommandContext): Promise<number> {
  if (typed.playground) checkPlaygroundPort(typed);
  const port = await checkPort({ host: typed.host, port: Number(typed.port), flag: "-p" });
  // Of a page that is there before the model, the model's port is known before, too.
  const flags = typed.playground ? { ...typed, port: String(port) } : typed;
  let playground: RunningPlayground | undefined;
  try {
    if (flags.watch) {
      const { untilReadable } = await import("./edits.ts");
      await untilReadable(flags, context);
    }
    for (;;) {
      const serving = await servingOf(flags, context);
      if (flags.playground)
        playground ??= await openBesideModel({ flags, volumes: serving.options.start.volumes }, context);
      if (flags.detach) return await detach(serving, context);
      if (!flags.watch) return await stay(serving, context);
      await watch(serving, context);
    }
  } catch (error) {
    // Told to stop: that is how serving ends.
    if (context.signal.aborted && error === context.signal.reason) return 0;
    throw error;
  } finally {
    await playground?.close();
  }
}

interface Serving {
  readonly flags: ServeFlags;
  readonly project: Project;
  readonly options: SessionOptions;
}

async function servingOf(flags: ServeFlags, context: CommandContext): Promise<Serving> {
  const { report, global, settings } = context;
  const project = projectOf(flags, context);
  const model = await readModel(project, report);
  await mustHaveWeights(project, settings);
  const surroundings = surroundingsOf(flags, context);
  const uploadUrl = flags["upload-url"];
  const queue = queuesOf(flags, context);
  const start = {
    mode: "predict" as const,
    ...surroundings,
    env: {
      ...(global.debug && { COG_LOG_LEVEL: "debug" }),
      ...(flags.json && { LOG_FORMAT: "json" }),
      // What is not done by then goes back to the queue; we end what takes longer.
      ...(queue !== undefined && { COG_DRAIN_TIMEOUT: "1" }),
      ...surroundings.env,
    },
    inherit: storageVariables({ uploadUrl, env: surroundings.env, host: settings.environment, project }),
    serverFlags: ["--await-explicit-shutdown", "true", ...(uploadUrl === undefined ? [] : ["--upload-url", uploadUrl])],
    listen: { host: flags.host, port: Number(flags.port) },
    ...(queue !== undefined && { queue }),
    schema: model.document,
    // Where files are uploaded to may well be this machine, and webhooks come to the playground.
    callsHost: uploadUrl !== undefined || flags.playground,
  };
  const options = { start, weights: weightPlaces(settings), setupTimeoutSeconds: Number(flags["setup-timeout"]) };
  return { flags, project, options };
}

/** Only when a flag says so: the environment alone makes no worker of a model. */
function queuesOf(flags: ServeFlags, context: CommandContext): QueuePlace | undefined {
  if (flags.queue.length === 0 && flags["redis-url"] === undefined) return undefined;
  const { url, name } = queuePlace({ ...flags, queue: flags.queue[0] }, "serve", context);
  return { url, names: flags.queue.length === 0 ? [name] : flags.queue };
}

async function stay({ flags, project, options }: Serving, context: CommandContext): Promise<number> {
  const { report, signal } = context;
  const prepared = await prepare({ project, options }, context);
  return await withRunningModel(prepared, options, { signal, report }, async (running) => {
    sayWhere(flags, running, context);
    return await untilEnded(running, signal);
  });
}

/** Until the project has to be read anew. */
async function watch({ flags, project, options }: Serving, context: CommandContext): Promise<void> {
  const { withWatchedModel } = await import("./edits.ts");
  await withWatchedModel({ flags, project, options }, context, async (running, edits) => {
    sayWhere(flags, running, context);
    const current = async () => await readModel(projectOf(flags, context), context.report);
    const loading = async () => {
      while (await edits.load(current)) context.report.info("Loaded");
    };
    await Promise.race([loading(), untilEnded(running, context.signal)]);
  });
}

async function detach({ flags, project, options }: Serving, context: CommandContext): Promise<number> {
  const { settings, report, signal } = context;
  const { start } = options;
  const recipe = await recipeOf(project, start, context);
  const kept = keeping({ recipe, command: "serve", idleSeconds: null }, start.env, settings.cacheDirectory);
  const prepared = await prepare({ project, options }, context);
  const session = { ...options, start: { ...start, ...kept.start }, onKept: kept.onKept };
  return await withRunningModel(prepared, session, { signal, report }, async (running) => {
    sayWhere(flags, running, context);
    report.info(`Stop it with: cog stop ${kept.id}`);
    return 0;
  });
}

async function prepare(
  { project, options }: Pick<Serving, "project" | "options">,
  context: CommandContext,
): Promise<Prepared> {
  const { report, signal } = context;
  const engine = await chooseEngine(context, { docker: false, volumes: options.start.volumes });
  await warnOfRemote(engine, context);
  warnOfLoopback(engine, options.start, context);
  const prepared = await engine.prepare({ kind: "project", project }, { signal, report });
  sayStarting(engine, context);
  return prepared;
}

function sayWhere({ host }: ServeFlags, { url }: RunningModel, { report }: CommandContext): void {
  report.info(`Serving at ${addressOf(host, Number(new URL(url).port))}`);
}

async function untilEnded({ ended }: RunningModel, signal: AbortSignal): Promise<never> {
  const reason = await Promise.race([ended, aborted(signal)]);
  signal.throwIfAborted();
  throw new CogError("model.ended", `The model server ended: ${reason ?? ""}`);
}
