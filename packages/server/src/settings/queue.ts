/** The queue that this server takes predictions from: new flags and variables, and the spellings of Cog 0.5 and 0.6. */
import { hostname } from "node:os";
import { UserError } from "@cog/core/errors";
import { RESULT_TTL_SECONDS } from "@cog/core/wire";
import type { NumberReader } from "./values.ts";
import { isOneOf, seconds, text } from "./values.ts";

const LEGACY_REPLIES = ["set", "set-lines", "rpush"] as const;

export interface QueueSettings {
  readonly url: string;
  readonly names: readonly string[];
  /** This worker's name in the queue. */
  readonly consumer: string;
  /** Predictions of the queue at a time; undefined: as many as there are slots. */
  readonly concurrency: number | undefined;
  /** A job that was delivered more often is poison. */
  readonly maxDeliveries: number;
  readonly resultTtlSeconds: number;
  /** How a `response_queue` is answered: `rpush` as Cog 0.3, `set-lines` as 0.4, `set` as 0.5 and later. */
  readonly legacyReply: (typeof LEGACY_REPLIES)[number];
  readonly predictTimeoutMs: number | undefined;
  readonly setupReportUrl: string | undefined;
  /** The server ends after more failed predictions in a row. */
  readonly maxFailures: number | undefined;
  /** The server ends after so many jobs. */
  readonly maxJobs: number | undefined;
  /** A worker that has not been heard of for so long loses its jobs to others. */
  readonly claimIdleMs: number;
}

/** Flags of both entries. */
export const QUEUE_FLAGS = {
  "redis-url": { type: "string" },
  queue: { type: "string", multiple: true },
  "consumer-id": { type: "string" },
  concurrency: { type: "string" },
  "max-deliveries": { type: "string" },
  "result-ttl": { type: "string" },
  "legacy-reply": { type: "string" },
  "claim-idle": { type: "string" },
  "predict-timeout": { type: "string" },
  "report-setup-run-url": { type: "string" },
  "max-failure-count": { type: "string" },
} as const;

/** Flags that only `python -m cog.server.redis_queue` ever had. */
export const OLD_QUEUE_FLAGS = {
  "redis-host": { type: "string" },
  "redis-port": { type: "string" },
  "input-queue": { type: "string" },
  "model-id": { type: "string" },
} as const;

export const QUEUE_USAGE = `  --redis-url URL                   redis://[:PASSWORD@]HOST:PORT/DB or rediss://… ($COG_REDIS_URL)
  --queue NAME                      take predictions from this stream; may be repeated ($COG_REDIS_QUEUE, with commas)
  --consumer-id NAME                this worker's name in the queue, default the host's ($COG_CONSUMER_ID)
  --concurrency N                   predictions of the queue at a time (default: as many as there are slots)
  --max-deliveries N                a job that was delivered more often is put aside (default 3)
  --result-ttl SECONDS              how long results are kept (default 86400)
  --legacy-reply FORM               how a response_queue is answered: set, set-lines or rpush (default set)
  --claim-idle SECONDS              jobs of a worker that was silent for so long are taken over (default 60)
  --predict-timeout SECONDS         a prediction of the queue that takes longer fails
  --report-setup-run-url URL        POST what became of setup() there
  --max-failure-count N             end after more than N failed predictions in a row
`;

export const OLD_QUEUE_USAGE = `  --redis-host HOST, --redis-port PORT, --input-queue NAME
                                    as in Cog 0.5, in place of --redis-url and --queue
  --model-id ID                     accepted and ignored
`;

type Flags = Readonly<Partial<Record<Exclude<keyof typeof QUEUE_FLAGS, "queue">, string>>> & {
  readonly queue?: readonly string[];
};

export interface QueueSources {
  readonly flags: Flags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly number: NumberReader;
}

/** Undefined when no queue is named. Throws a UserError where a part is missing or cannot be meant. */
export function readQueue({ flags, env, number }: QueueSources): QueueSettings | undefined {
  const url = text(flags["redis-url"]) ?? text(env["COG_REDIS_URL"]);
  const names = [...new Set(flags.queue ?? (text(env["COG_REDIS_QUEUE"]) ?? "").split(","))].filter(
    (name) => name !== "",
  );
  if (url === undefined && names.length === 0) return undefined;
  const given = (flag: keyof Omit<Flags, "queue">, variable: string) => ({
    flag: `--${flag}`,
    value: flags[flag],
    variable,
  });
  return {
    url: checkedUrl(url),
    names: checkedNames(names),
    consumer: text(flags["consumer-id"]) ?? text(env["COG_CONSUMER_ID"]) ?? hostname(),
    concurrency: number(given("concurrency", "COG_QUEUE_CONCURRENCY"), { fallback: 0, least: 1 }) || undefined,
    maxDeliveries: number(given("max-deliveries", "COG_QUEUE_MAX_DELIVERIES"), { fallback: 3, least: 1 }),
    resultTtlSeconds: number(given("result-ttl", "COG_QUEUE_RESULT_TTL"), { fallback: RESULT_TTL_SECONDS, least: 1 }),
    legacyReply: legacyReply(text(flags["legacy-reply"]) ?? text(env["COG_QUEUE_LEGACY_REPLY"]) ?? "set"),
    predictTimeoutMs:
      seconds(number(given("predict-timeout", "COG_PREDICT_TIMEOUT"), { fallback: 0, least: 0, fraction: true })) ||
      undefined,
    setupReportUrl: text(flags["report-setup-run-url"]) ?? text(env["COG_REPORT_SETUP_RUN_URL"]),
    maxFailures: optional(number(given("max-failure-count", "COG_MAX_FAILURE_COUNT"), { fallback: -1, least: 0 })),
    maxJobs: number("COG_QUEUE_MAX_JOBS", { fallback: 0, least: 0 }) || undefined,
    claimIdleMs: seconds(
      number(given("claim-idle", "COG_QUEUE_CLAIM_IDLE"), { fallback: 60, least: 0.1, fraction: true }),
    ),
  };
}

/**
 * What the entry of Cog 0.5 and 0.6 was given, in the new spelling: its flags, or the words of still older versions,
 * `HOST PORT QUEUE UPLOAD_URL CONSUMER_ID MODEL_ID LOG_QUEUE [PREDICT_TIMEOUT]`.
 */
export function oldArguments(
  words: readonly string[],
  flags: Readonly<Partial<Record<keyof typeof OLD_QUEUE_FLAGS, string>>>,
): { readonly flags: Flags & { readonly "upload-url"?: string }; readonly warnings: readonly string[] } {
  const host = flags["redis-host"];
  const queue = flags["input-queue"];
  if (words.length === 0) {
    const url = host === undefined ? {} : { "redis-url": urlOf(host, flags["redis-port"] ?? "6379") };
    return { flags: { ...url, ...(queue === undefined ? {} : { queue: [queue] }) }, warnings: [] };
  }
  const [at = "", port = "", name = "", uploadUrl = "", consumer = "", , , timeout] = words;
  if (words.length < 7 || words.length > 8) {
    throw new UserError("usage", `Found ${words.length} words that are no flags.`, {
      hint: "Name the queue with --redis-url and --queue. --help lists the flags.",
    });
  }
  return {
    flags: {
      "redis-url": urlOf(at, port),
      queue: [name],
      "upload-url": uploadUrl,
      "consumer-id": consumer,
      ...(timeout === undefined ? {} : { "predict-timeout": timeout }),
    },
    warnings: [
      "these arguments are those of an old version of Cog: name the queue with --redis-url, --queue, --upload-url, --consumer-id; the log queue is not written any more",
    ],
  };
}

function urlOf(host: string, port: string): string {
  return `redis://${host.includes(":") ? `[${host}]` : host}:${port}/0`;
}

function checkedUrl(url: string | undefined): string {
  const hint = "Give it as --redis-url redis://HOST:6379/0, or in COG_REDIS_URL.";
  if (url === undefined) throw new UserError("usage", "The queue's Redis is missing.", { hint });
  if (URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol)) return url;
  throw new UserError("usage", "The URL of the queue's Redis is not of the form redis://HOST:PORT/DB.", { hint });
}

function checkedNames(names: readonly string[]): readonly string[] {
  if (names.length > 0) return names;
  throw new UserError("usage", "The Redis of a queue is given, but no queue.", {
    hint: "Name the stream with --queue, or in COG_REDIS_QUEUE.",
  });
}

function legacyReply(value: string): QueueSettings["legacyReply"] {
  if (isOneOf(value, LEGACY_REPLIES)) return value;
  throw new UserError("usage", `--legacy-reply is ${value}.`, { hint: `Use ${LEGACY_REPLIES.join(", ")}.` });
}

function optional(count: number): number | undefined {
  return count < 0 ? undefined : count;
}
