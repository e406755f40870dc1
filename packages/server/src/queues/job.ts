/**
 * A job of a queue: what the message of any version of Cog asks for, in one shape. Pure; the table of what is understood is
 * `conformance/queue/jobs.json`.
 *
 * A: Cog 0.1 and 0.2 (`inputs`). B to D: Cog 0.3 to 0.6 (`input`). E: the betas of 0.7 (D with `id`). Ours is a superset of E.
 */
import type { Json, JsonObject } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";
import type { QueueKeys, TraceContext, WebhookEvent } from "@cog/core/wire";
import { JOB_MOST_BYTES, WEBHOOK_EVENTS } from "@cog/core/wire";
import { readPutUrls } from "#files";
import { isTooDeep, MOST_LEVELS } from "#raw-json";

/** How snapshots reach the `response_queue` of older versions. */
export type LegacyReply = "set" | "set-lines" | "rpush";

export interface Job {
  /** The entry of the stream. */
  readonly entry: string;
  /** Of the prediction: the job's own, else the entry's. */
  readonly id: string;
  /** The whole message, which older replies echo. */
  readonly message: JsonObject;
  /** As it came. */
  readonly text: string;
  readonly input: JsonObject;
  /** In the form of Cog 0.1 and 0.2: values may all be texts, and uploads are forms. */
  readonly oldest: boolean;
  readonly context: Readonly<Record<string, string>>;
  readonly webhook: JobWebhook | undefined;
  readonly reply: Reply | undefined;
  readonly cancelKey: string;
  /** Undefined: nobody can know the id by which to look for them. */
  readonly eventsKey: string | undefined;
  readonly ttlSeconds: number;
  readonly trace: TraceContext | undefined;
  readonly createdAt: string;
  /** When it was added, by the clock of Redis. */
  readonly addedMs: number;
  readonly deadlineMs: number | undefined;
  readonly attemptLimit: number | undefined;
  readonly outputFilePrefix: string | undefined;
  /** Presigned URLs for output files. */
  readonly putUrls: readonly string[] | undefined;
}

export interface JobWebhook {
  readonly url: string;
  readonly filter: readonly WebhookEvent[] | undefined;
}

/** `values`: one output a message, as Cog 0.1 and 0.2; the others are whole snapshots. */
export interface Reply {
  readonly key: string;
  readonly form: "values" | LegacyReply;
}

/** What a message is found to be. */
export type Reading =
  /** It cannot be read at all. */
  { readonly job: undefined; readonly fault: Fault } | { readonly job: Job; readonly fault: Fault | undefined };

/** Why a job is not run. */
export interface Fault {
  /** No worker can; otherwise it fails like any prediction. */
  readonly poison: boolean;
  readonly error: string;
}

export interface ReadingOptions {
  readonly entry: string;
  readonly keys: QueueKeys;
  readonly legacyReply: LegacyReply;
  readonly resultTtlSeconds: number;
}

export function readJob(text: string | undefined, options: ReadingOptions): Reading {
  const message = text === undefined ? undefined : parsed(text);
  if (text === undefined || message === undefined) {
    return { job: undefined, fault: { poison: true, error: "The field value of the message is no JSON object." } };
  }
  if (isTooDeep(message, text)) {
    const error = `The job is nested deeper than ${MOST_LEVELS} levels.`;
    return { job: undefined, fault: { poison: true, error } };
  }
  const problems: string[] = [];
  const input = inputOf(message);
  const job: Job = {
    ...addressOf(message, options),
    entry: options.entry,
    message,
    text,
    input: input ?? {},
    oldest: isJsonObject(message["inputs"]),
    context: contextOf(message["context"], problems),
    webhook: webhookOf(message, problems),
    trace: traceOf(message),
    createdAt: textIn(message, "created_at") ?? new Date(millisecondsOf(options.entry)).toISOString(),
    addedMs: millisecondsOf(options.entry),
    deadlineMs: deadlineOf(message, problems),
    attemptLimit: positive(message["attempt_limit"]),
    outputFilePrefix: textIn(message, "output_file_prefix"),
    putUrls: putUrlsOf(message["upload"], problems),
  };
  if (input === undefined) return { job, fault: { poison: true, error: "The job has no input." } };
  if (Buffer.byteLength(text) > JOB_MOST_BYTES) {
    problems.unshift(`The job is larger than ${JOB_MOST_BYTES} bytes: send files as URLs.`);
  }
  const [error] = problems;
  return { job, fault: error === undefined ? undefined : { poison: false, error } };
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined; // The caller says so.
  }
}

/** Undefined when there is none of either form. */
function inputOf(message: JsonObject): JsonObject | undefined {
  const { inputs, input } = message;
  if (isJsonObject(inputs)) {
    const given = Object.entries(inputs).map(([name, value]) => [name, givenValue(value)] as const);
    return Object.fromEntries(given.filter((pair): pair is [string, Json] => pair[1] !== undefined));
  }
  return isJsonObject(input) ? input : undefined;
}

/** `{"value":1}` or `{"file":{"url":"…"}}`; an empty value means that there is none, as in Cog 0.2. */
function givenValue(given: Json): Json | undefined {
  if (!isJsonObject(given)) return undefined;
  const { value, file } = given;
  if (value !== undefined && value !== "") return value;
  return isJsonObject(file) ? file["url"] : undefined;
}

function addressOf(message: JsonObject, { entry, keys, legacyReply, resultTtlSeconds }: ReadingOptions) {
  const own = textIn(message, "id");
  const id = own ?? entry;
  const stream = textIn(message, "result_stream");
  const key = textIn(message, "response_queue");
  const form: Reply["form"] = isJsonObject(message["inputs"]) ? "values" : legacyReply;
  return {
    id,
    // A webhook beats it, as in Cog 0.5.
    reply: key === undefined || textIn(message, "webhook") !== undefined ? undefined : { key, form },
    cancelKey: textIn(message, "cancel_key") ?? keys.cancel(id),
    eventsKey: stream ?? (own === undefined ? undefined : keys.events(id)),
    ttlSeconds: positive(message["result_ttl"]) ?? resultTtlSeconds,
  };
}

function webhookOf(message: JsonObject, problems: string[]): JobWebhook | undefined {
  const filter = message["webhook_events_filter"];
  const known: readonly unknown[] = WEBHOOK_EVENTS;
  const usable = Array.isArray(filter) && filter.every((event) => known.includes(event));
  if (filter !== undefined && filter !== null && !usable) {
    problems.push(`webhook_events_filter must be an array of ${WEBHOOK_EVENTS.join(", ")}.`);
  }
  const url = textIn(message, "webhook");
  return url === undefined ? undefined : { url, filter: usable ? (filter as WebhookEvent[]) : undefined };
}

function contextOf(context: Json | undefined, problems: string[]): Readonly<Record<string, string>> {
  if (context === undefined || context === null) return {};
  if (isJsonObject(context) && Object.values(context).every((text) => typeof text === "string")) {
    return context as Readonly<Record<string, string>>;
  }
  problems.push("context must be an object whose values are strings.");
  return {};
}

function traceOf(message: JsonObject): TraceContext | undefined {
  const traceparent = textIn(message, "traceparent");
  const tracestate = textIn(message, "tracestate");
  if (traceparent === undefined) return undefined;
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate };
}

function deadlineOf(message: JsonObject, problems: string[]): number | undefined {
  const deadline = message["deadline"];
  if (deadline === undefined || deadline === null) return undefined;
  const milliseconds = typeof deadline === "string" ? Date.parse(deadline) : Number.NaN;
  if (!Number.isNaN(milliseconds)) return milliseconds;
  problems.push("deadline must be a time of ISO 8601.");
  return undefined;
}

function putUrlsOf(upload: Json | undefined, problems: string[]): readonly string[] | undefined {
  const found = readPutUrls(upload);
  if (found.ok) return found.urls;
  problems.push(`upload.${found.member} ${found.problem}.`);
  return undefined;
}

/** The milliseconds in the id of an entry. */
function millisecondsOf(entry: string): number {
  return Number(entry.split("-")[0]);
}

function textIn(message: JsonObject, name: string): string | undefined {
  const value = message[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function positive(value: Json | undefined): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;
}
