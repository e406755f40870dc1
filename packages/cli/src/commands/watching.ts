/** `cog run --watch`: the same input again after every edit, on a model that stays up. */
import { UserError } from "@cog/core/errors";
import type { RunningModel } from "#engines";
import type { CommandContext } from "./command.ts";
import { type Edits, sayWatching, untilReadable, withWatchedModel } from "./edits.ts";
import { predict, show } from "./prediction-outcome.ts";
import { type Flags, type Request, type Subject, startFlags } from "./prediction-request.ts";
import { weightPlaces } from "./project-weights.ts";

export interface Watch {
  readonly flags: Flags;
  readonly subject: Subject;
  /** Reads the project and the inputs; undefined: there is nothing to run. */
  readonly read: () => Promise<Request | undefined>;
}

export async function watchPrediction({ flags, subject, read }: Watch, context: CommandContext): Promise<number> {
  if (subject.image === undefined) await untilReadable(flags, context);
  for (;;) {
    const request = await read();
    if (request === undefined) return 0;
    await watchSession(request, read, context);
  }
}

/** Until it has to be started anew. */
async function watchSession(
  first: Request,
  read: () => Promise<Request | undefined>,
  context: CommandContext,
): Promise<void> {
  const { flags, target, model, subject } = first;
  if (target.kind === "image" || model === undefined) {
    throw new UserError("watch.image", "--watch works in a project, not with an image.", {
      hint: "Run it in the directory of cog.yaml.",
    });
  }
  const start = {
    mode: subject.mode,
    serverFlags: [],
    listen: { host: "127.0.0.1", port: 0 },
    schema: model.document,
    ...startFlags(first, context),
  };
  const options = {
    start,
    weights: weightPlaces(context.settings),
    setupTimeoutSeconds: Number(flags["setup-timeout"]),
  };
  await withWatchedModel({ flags, project: target.project, options }, context, async (running, edits) => {
    let request = first;
    do {
      await runOnce(running, request, { edits, context });
      sayWatching(context);
    } while (
      await edits.load(async () => {
        request = (await read()) ?? request;
        return request.model;
      })
    );
  });
}

interface Round {
  readonly edits: Edits;
  readonly context: CommandContext;
}

/** A failure is shown; an edit breaks it off. */
async function runOnce(running: RunningModel, request: Request, { edits, context }: Round): Promise<void> {
  const edited = new AbortController();
  const signal = AbortSignal.any([context.signal, edited.signal]);
  const surroundings = { labelled: request.model?.document, context: { ...context, signal } };
  const prediction = edits.whileWorking(() => predict(running, request, surroundings));
  edits.coming().then(
    () => edited.abort(new Error("edited")),
    () => undefined,
  );
  try {
    await show(await prediction, request.flags);
  } catch (error) {
    context.signal.throwIfAborted();
    if (!edited.signal.aborted) context.showError(error);
  }
}
