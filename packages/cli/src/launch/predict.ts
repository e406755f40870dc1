/** One prediction (or training) on a running model. */
import { randomUUID } from "node:crypto";
import type { Duplex } from "node:stream";
import { createClient, RefusalError } from "@cog/core/client";
import { CogError, UnavailableError, UserError } from "@cog/core/errors";
import { type Json, type JsonObject, jsonText, parseJson } from "@cog/core/json";
import type { PredictionResponse } from "@cog/core/wire";
import type { RunningModel } from "#engines";
import { fetchThrough } from "#http";

export interface PredictionOptions {
  readonly mode: "predict" | "train";
  readonly input: JsonObject;
  readonly context: Readonly<Record<string, string>>;
  /** Ask for the output's items as they are made. */
  readonly onItem?: (chunk: Json, index: number) => void;
  /** What the model prints during it, from a server whose own output nobody shows. */
  readonly onLog?: (text: string) => void;
  /** What the answer passes before it is read. */
  readonly through?: () => Duplex;
  readonly signal: AbortSignal;
}

/** Whole numbers with all their digits. */
const EXACT = { parse: parseJson, text: (value: unknown) => jsonText(value) };
/** How long a server may take to hear of a cancel before it is stopped anyway. */
const CANCEL_MS = 1000;
/** How long after its last connection a server may take to be gone. */
const END_MS = 1000;

export async function predictOn(model: RunningModel, options: PredictionOptions): Promise<PredictionResponse> {
  const { input, context, signal, mode, onItem, onLog } = options;
  const client = createClient({ url: model.url, fetch: fetchThrough(options.through), json: EXACT });
  const id = randomUUID().replaceAll("-", "");
  const request = { id, input, context };
  const path = mode === "train" ? "/trainings" : "/predictions";
  try {
    const answer =
      onItem === undefined && onLog === undefined
        ? client.predict(request, { path, signal })
        : followStream(client.stream(request, { signal }), { onItem, onLog }).catch((error: unknown) => {
            // A server of the reference streams only models that are marked for it.
            if (error instanceof RefusalError && error.status === 406) return client.predict(request, { path, signal });
            throw error;
          });
    return await Promise.race([answer, failWhenEnded(model, answer)]);
  } catch (error) {
    if (signal.aborted) {
      await client.cancel(id, { signal: AbortSignal.timeout(CANCEL_MS) }).catch(() => false);
      throw signal.reason;
    }
    if (error instanceof UnavailableError) await tellOfEnd(model);
    throw error instanceof RefusalError ? explainRefusal(error) : error;
  }
}

async function followStream(
  events: ReturnType<ReturnType<typeof createClient>["stream"]>,
  { onItem, onLog }: { readonly [K in "onItem" | "onLog"]: PredictionOptions[K] | undefined },
): Promise<PredictionResponse> {
  for await (const event of events) {
    if (event.event === "output") onItem?.(event.data.chunk, event.data.index);
    if (event.event === "log") onLog?.(event.data.data);
    if (event.event === "error") throw new CogError("prediction.stream", event.data.error);
    if (event.event === "completed") return event.data;
  }
  throw new CogError("prediction.stream", "The model ended its output without a result.");
}

/** A server that is gone answers no more; why it went says more than a closed connection. */
async function failWhenEnded(model: RunningModel, answer: Promise<unknown>): Promise<never> {
  const reason = await model.ended;
  // What it had sent before may still be on its way.
  await answer;
  throw new CogError("model.ended", `The model server ended during the prediction: ${reason}`);
}

/** The connection breaks before the process is known to have ended. */
async function tellOfEnd(model: RunningModel): Promise<void> {
  const patience = new Promise<undefined>((resolve) => setTimeout(resolve, END_MS, undefined));
  const reason = await Promise.race([model.ended, patience]);
  if (reason !== undefined)
    throw new CogError("model.ended", `The model server ended during the prediction: ${reason}`);
}

function explainRefusal(error: RefusalError): CogError {
  if (error.problems.length === 0) return error;
  const lines = error.problems.map(({ loc, msg }) => `- ${loc.slice(2).join(".")}: ${msg}`);
  return new UserError("input.invalid", ["The model refused the input:", ...lines].join("\n"), { cause: error });
}
