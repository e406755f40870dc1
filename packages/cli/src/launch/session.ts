/** A model from start to stop. Whatever happens in between, it is stopped. */
import { UserError } from "@cog/core/errors";
import type { Context, Prepared, RunningModel, StartOptions } from "#engines";

export interface SessionOptions {
  readonly start: Omit<StartOptions, "onOutput">;
  /** 0: as long as it takes. */
  readonly setupTimeoutSeconds: number;
}

export async function withRunningModel<T>(
  prepared: Prepared,
  { start, setupTimeoutSeconds }: SessionOptions,
  context: Context,
  work: (model: RunningModel) => Promise<T>,
): Promise<T> {
  const model = await prepared.start({ ...start, onOutput: (text) => context.report.output(text) }, context);
  try {
    await waitUntilReady(model, setupTimeoutSeconds, context.signal);
    return await work(model);
  } finally {
    await model.stop();
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
