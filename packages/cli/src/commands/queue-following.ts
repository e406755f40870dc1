/** A prediction in a queue, followed to its end, and shown as `cog run` shows one. */
import { CogError } from "@cog/core/errors";
import { isJsonObject, type Json, parseJson } from "@cog/core/json";
import type { EventEntry, Queue } from "@cog/core/queue";
import { cancelJob, followEvents, queueAt } from "@cog/core/queue";
import type { Endpoint } from "@cog/core/schema";
import type { PredictionResponse } from "@cog/core/wire";
import { outputName, type StreamPrinter, streamPrinter } from "#outputs";
import { openRedis, type RedisConnection } from "#queue";
import type { CommandContext } from "./command.ts";
import { presentation, show, streams } from "./prediction-outcome.ts";
import type { SubmitFlags } from "./queue.ts";

/** How long Redis may take to hear of a cancel. */
const CANCEL_MS = 1000;

export async function withRedis<T>(url: string, use: (redis: RedisConnection) => Promise<T>): Promise<T> {
  const redis = await openRedis(url);
  try {
    return await use(redis);
  } finally {
    redis.close();
  }
}

export interface Followed {
  readonly id: string;
  readonly url: string;
  /** Over a connection that is not blocked. */
  readonly queue: Queue;
  readonly endpoint: Endpoint | undefined;
  readonly flags: Shown;
  /** This command has put it in, and takes it back when it is interrupted. */
  readonly isOurs: boolean;
}

export type Shown = Pick<SubmitFlags, "json" | "output" | "raw" | "stream" | "no-stream">;

export async function followAndShow(followed: Followed, context: CommandContext): Promise<number> {
  const { id, url, queue, endpoint, flags, isOurs } = followed;
  const { report, signal } = context;
  const printer = streams(flags, endpoint, context)
    ? streamPrinter(endpoint?.output, presentationOf(flags, context))
    : undefined;
  const step = report.step("prediction", { below: "output" });
  let last: string;
  try {
    last = await withRedis(url, (reader) => {
      const events = followEvents(queueAt(queue.name, reader.call), id);
      return Promise.race([untilEnd(events, { printer, onItem: () => step.done() }, context), whenAborted(signal)]);
    });
  } catch (error) {
    if (signal.aborted && isOurs) await Promise.race([cancelJob(queue, id).catch(() => false), patience(CANCEL_MS)]);
    throw error;
  } finally {
    step.done();
  }
  printer?.end();
  return await showLast(last, { endpoint, flags, printer }, context);
}

interface Telling {
  readonly printer: StreamPrinter | undefined;
  readonly onItem: () => void;
}

/** Resolves with the terminal snapshot. */
async function untilEnd(
  events: AsyncIterable<EventEntry>,
  { printer, onItem }: Telling,
  { report }: CommandContext,
): Promise<string> {
  for await (const { event, data } of events) {
    if (event === "completed") return data;
    const value = parseJson(data);
    if (!isJsonObject(value)) continue;
    if (event === "output") {
      onItem();
      printer?.item(value["chunk"] as Json, Number(value["index"]));
    }
    if (event === "logs" && typeof value["data"] === "string") report.output(value["data"]);
    if (event === "restart") report.warn("Its worker was lost; another one begins again.");
  }
  throw new CogError("prediction.stream", "The queue told no more of the prediction.");
}

interface Ending {
  readonly endpoint: Endpoint | undefined;
  readonly flags: Shown;
  /** What has printed its items already. */
  readonly printer?: StreamPrinter | undefined;
}

/** One that has ended. */
export async function showLast(
  json: string,
  { endpoint, flags, printer }: Ending,
  context: CommandContext,
): Promise<number> {
  // Written by a worker, as the type says.
  const answer = parseJson(json) as unknown as PredictionResponse;
  const shown = presentationOf(flags, context);
  return await show({ answer, streamed: printer?.used === true, endpoint, shown }, flags);
}

function presentationOf(flags: Shown, context: CommandContext) {
  const { workingDirectory, settings } = context;
  const name = outputName({ output: flags.output, workingDirectory, home: settings.home });
  return presentation(flags, { name, subject: { mode: "predict" }, context });
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

function patience(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
