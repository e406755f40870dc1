/** A model from start to stop. Whatever happens in between, it is stopped. */

import { existsSync } from "node:fs";
import { UserError } from "@cog/core/errors";
import type { Context, KeptPlace, Prepared, RunningModel, StartOptions } from "#engines";
import type { Reporter } from "#report";
import type { Mounts } from "#weights";
import { keptFile } from "./kept.ts";

export interface SessionOptions {
  /** Called when the model is ready. It is then left up, whatever becomes of the work. */
  readonly onKept?: (model: Pick<RunningModel, "url"> & { readonly place: KeptPlace }) => void;
  readonly start: Omit<StartOptions, "onOutput">;
  /** For projects with managed weights. */
  readonly weights: WeightPlaces;
  /** 0: as long as it takes. */
  readonly setupTimeoutSeconds: number;
}

export interface WeightPlaces {
  readonly cacheDirectory: string;
  /** Copy what cannot be linked. */
  readonly copies: boolean;
}

export async function withRunningModel<T>(
  prepared: Prepared,
  options: SessionOptions,
  context: Context,
  work: (model: RunningModel) => Promise<T>,
): Promise<T> {
  const mounts = await weightMounts(prepared, options, context);
  if (mounts === undefined) return await withStartedModel(prepared, options, context, work);
  let isKept = false;
  const { onKept } = options;
  const session = {
    ...options,
    start: { ...options.start, weights: mounts.folders },
    ...(onKept !== undefined && {
      onKept: (model: Parameters<typeof onKept>[0]) => {
        onKept(model);
        isKept = true;
      },
    }),
  };
  try {
    return await withStartedModel(prepared, session, context, work);
  } finally {
    // Of a model that stays up they go when it is gone, with the next one.
    if (!isKept) mounts.remove();
  }
}

async function weightMounts(
  { target, inPlace }: Prepared,
  { weights: { cacheDirectory, copies }, start }: SessionOptions,
  { report }: Context,
): Promise<Mounts | undefined> {
  if (target.kind === "image") return undefined;
  const { directory, config } = target.project;
  if (config.weights === undefined || config.weights.length === 0) return undefined;
  const { mountWeights } = await import("#weights");
  return await mountWeights({
    projectDirectory: directory,
    weights: config.weights,
    cacheDirectory,
    copies,
    keptAs: start.keep?.id,
    isKept: (id) => existsSync(keptFile(cacheDirectory, id, "json")),
    shown: inPlace ? "in-place" : "elsewhere",
    warn: (message) => report.warn(message),
  });
}

async function withStartedModel<T>(
  prepared: Prepared,
  { start, setupTimeoutSeconds, onKept }: SessionOptions,
  context: Context,
  work: (model: RunningModel) => Promise<T>,
): Promise<T> {
  // What a model that is kept prints from now on goes to its log.
  let isShown = true;
  const onOutput = (text: string) => (isShown ? context.report.output(text) : undefined);
  const model = await prepared.start({ ...start, onOutput }, context);
  let leave: (() => void) | undefined;
  try {
    await withSetupStep(context.report, () => waitUntilReady(model, setupTimeoutSeconds, context.signal));
    if (onKept !== undefined && model.kept !== undefined) {
      onKept({ url: model.url, place: model.kept.place });
      leave = model.kept.leave;
      isShown = false;
    }
    return await work(model);
  } finally {
    if (leave === undefined) await model.stop();
    else leave();
  }
}

/** A setup that loads gigabytes says nothing for minutes. */
async function withSetupStep(report: Reporter, work: () => Promise<void>): Promise<void> {
  const step = report.step("setup()", { below: "output" });
  try {
    await work();
  } finally {
    step.done();
  }
}

async function waitUntilReady(model: RunningModel, seconds: number, signal: AbortSignal): Promise<void> {
  const timeout = seconds === 0 ? undefined : AbortSignal.timeout(seconds * 1000);
  try {
    await model.ready({ signal: timeout === undefined ? signal : AbortSignal.any([signal, timeout]) });
  } catch (error) {
    signal.throwIfAborted();
    if (timeout?.aborted !== true) throw error;
    throw new UserError(
      "model.setup_timeout",
      `setup did not finish within ${seconds} s; raise it with --setup-timeout`,
    );
  }
}
