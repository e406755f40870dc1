/** A model from start to stop. Whatever happens in between, it is stopped. */

import { UserError } from "@cog/core/errors";
import type { Context, KeptPlace, Prepared, RunningModel, StartOptions } from "#engines";
import type { Reporter } from "#report";
import { type WeightPlaces, weightMounts } from "./weight-mounts.ts";

export interface SessionOptions {
  /** Called when the model is ready. It is then left up, whatever becomes of the work. */
  readonly onKept?: (model: Pick<RunningModel, "url"> & { readonly place: KeptPlace }) => void;
  readonly start: Omit<StartOptions, "onOutput">;
  /** For projects with managed weights. */
  readonly weights: WeightPlaces;
  /** 0: as long as it takes. */
  readonly setupTimeoutSeconds: number;
}

export async function withRunningModel<T>(
  prepared: Prepared,
  options: SessionOptions,
  context: Context,
  work: (model: RunningModel) => Promise<T>,
): Promise<T> {
  const mounts = await weightMounts(prepared, { places: options.weights, keptAs: options.start.keep?.id }, context);
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
    // Those of a model that stays up go when it does.
    if (!isKept) mounts.remove();
  }
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
