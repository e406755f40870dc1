/**
 * Every environment variable and flag of the server, read here and nowhere else. A bad value falls back to the
 * default with a warning, as models in the field rely on; only the port and unknown flags stop the start.
 */
import { parseArgs } from "node:util";
import { messageOf, UserError } from "@cog/core/errors";
import type { MetricsSettings } from "./metrics.ts";
import { readMetrics } from "./metrics.ts";
import type { QueueSettings } from "./queue.ts";
import { OLD_QUEUE_FLAGS, OLD_QUEUE_USAGE, oldArguments, QUEUE_FLAGS, QUEUE_USAGE, readQueue } from "./queue.ts";
import type { StorageSettings } from "./storage.ts";
import { readStorage } from "./storage.ts";
import type { TraceSettings } from "./traces.ts";
import { readTraces } from "./traces.ts";
import { isOn, numberReader, seconds, text } from "./values.ts";

export interface Settings {
  readonly host: string;
  readonly port: number;
  /** Another one will do where it is taken: nobody said this one. */
  readonly portIsFree: boolean;
  readonly mode: "predict" | "train";
  readonly uploadUrl: string | undefined;
  readonly awaitExplicitShutdown: boolean;
  /** `path.py:Name`; undefined: look in cog.yaml. */
  readonly predictorRef: string | undefined;
  readonly trainRef: string | undefined;
  readonly schemaFile: string | undefined;
  /** Undefined: the model is started without a look at its weights. */
  readonly weights: WeightSettings | undefined;
  readonly workers: number;
  readonly queueMax: number;
  /** How long a request may wait for a slot; undefined: as long as it likes. */
  readonly queueTimeoutMs: number | undefined;
  /** Predictions also come from here. */
  readonly queue: QueueSettings | undefined;
  readonly restartWorkers: boolean;
  readonly setupTimeoutMs: number | undefined;
  /** The server ends after so long without a prediction; undefined: never. */
  readonly idleTimeoutMs: number | undefined;
  /** Who this server is, to the one who started it and may reload the model. */
  readonly instance: string | undefined;
  /** How long a canceled prediction may go on before its worker is replaced; undefined: as long as it likes. */
  readonly cancelGraceMs: number | undefined;
  readonly webhookIntervalMs: number;
  readonly webhookRetryMs: number;
  readonly webhookToken: string | undefined;
  readonly streamHistory: number;
  /** A stream that is silent for so long gets a comment, so that nobody on the way takes it for dead. */
  readonly streamKeepAliveMs: number;
  readonly userAgent: string | undefined;
  readonly localPathInputs: boolean;
  readonly downloads: DownloadSettings;
  /** Of one file, or of one request to object storage. */
  readonly uploadTimeoutMs: number;
  readonly storage: StorageSettings;
  readonly drainDelayMs: number;
  /** Undefined: running predictions may take as long as they need. */
  readonly drainTimeoutMs: number | undefined;
  readonly probePrefix: string;
  readonly readyWhenBusy: boolean;
  readonly exitOnSetupFailure: boolean;
  readonly kubernetes: boolean;
  readonly log: LogSettings;
  /** Undefined: nothing is measured. */
  readonly metrics: MetricsSettings | undefined;
  /** Undefined: nothing is traced. */
  readonly traces: TraceSettings | undefined;
  /** How the model is called, by whoever runs it. */
  readonly model: string | undefined;
  /** Made by the launcher for the worker it forked; ours to remove. */
  readonly temporaryRoot: string | undefined;
  readonly notifyFd: number | undefined;
  readonly workerFds: WorkerFds | undefined;
  readonly launcher: Launcher;
  readonly proxy: ProxySettings;
  /** What workers that we start inherit. */
  readonly environment: Environment;
  readonly warnings: readonly string[];
}

export interface WeightSettings {
  /** What says which weights there are, in place of the usual places. */
  readonly file: string | undefined;
  /** How long nobody may begin to bring one; undefined: as long as it takes. */
  readonly timeoutMs: number | undefined;
  /** They are fetched before anything else is done. */
  readonly fetch: boolean;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LogSettings {
  readonly level: LogLevel;
  readonly format: "json" | "console";
  /** `COG_LOG_MODEL=raw`: lines of the model are passed on unchanged in both formats. */
  readonly rawModelLines: boolean;
  /** How the model is called, by whoever runs it: a field of every line. */
  readonly model: string | undefined;
}

/** What input URLs may cost, and where they may lead; undefined: no limit. */
export interface DownloadSettings {
  readonly timeoutMs: number | undefined;
  readonly mostBytes: number | undefined;
  /** Private addresses are refused. */
  readonly publicOnly: boolean;
  /** Objects of a storage may be named, which are fetched with the server's credentials. */
  readonly objects: boolean;
  /** Where inputs may come from, `example.com`, `*.example.com` or `s3://bucket`; undefined: from anywhere. */
  readonly hosts: readonly string[] | undefined;
}

/** Descriptors of the worker that the launcher already forked. */
export interface WorkerFds {
  readonly channel: number;
  readonly control: number;
  readonly output: number;
}

/** What only Python knows. */
export interface Launcher {
  readonly python: string;
  readonly executable: string;
  readonly sdk: string;
}

export interface ProxySettings {
  /** A proxy variable is set: outgoing requests need an agent that honours it. */
  readonly enabled: boolean;
  /** A file of certificate authorities in place of the built-in ones. */
  readonly certificates: string | undefined;
}

export type Invocation =
  | { readonly action: "serve"; readonly settings: Settings }
  | { readonly action: "help"; readonly usage: string }
  | { readonly action: "version" };

export type Environment = Readonly<Record<string, string | undefined>>;

const usage = (entry: Entry): string => `Usage: python -m cog.server.${entry} [options]

  --host HOST                       address to listen on (default 0.0.0.0; the port is $PORT, default 5000)
  --upload-url URL                  upload output files below this URL
  --x-mode predict|train            which function of the model to serve (default predict)
  --await-explicit-shutdown VALUE   ignore SIGTERM, stop on POST /shutdown or SIGINT
  --threads N                       accepted and ignored
${QUEUE_USAGE}${entry === "redis_queue" ? OLD_QUEUE_USAGE : ""}  -v, --version                     print name and version
  -h, --help                        print this
`;

/** Reads flags and environment. Throws a UserError with code `usage` for a flag that does not exist. */
export function readInvocation(args: readonly string[], env: Environment): Invocation {
  const entry: Entry = env["COG_ENTRY"] === "redis_queue" ? "redis_queue" : "http";
  const { flags, warnings: ofFlags } = entry === "http" ? readFlags(args) : readQueueFlags(args);
  if (flags.help) return { action: "help", usage: usage(entry) };
  if (flags.version) return { action: "version" };
  const mode = flags["x-mode"] ?? "predict";
  if (mode !== "predict" && mode !== "train") {
    throw new UserError("usage", `--x-mode is ${mode}.`, { hint: "Use predict or train." });
  }
  const port = readPort(env["PORT"]);
  const warnings: string[] = [...ofFlags];
  const number = numberReader(env, warnings);
  // The worker reads it; only the warning is ours.
  number("COG_MAX_CONCURRENCY", { fallback: 1, least: 1 });
  const queue = readQueue({ flags, env, number });
  if (queue === undefined && entry === "redis_queue") {
    throw new UserError("usage", "No queue is named.", {
      hint: "Use --redis-url and --queue. --help lists the flags.",
    });
  }
  return {
    action: "serve",
    settings: {
      host: flags.host ?? "0.0.0.0",
      port,
      // Workers of Cog 0.5 had no port, and several of them ran on one machine.
      portIsFree: entry === "redis_queue" && text(env["PORT"]) === undefined,
      mode,
      uploadUrl: text(flags["upload-url"]) ?? text(env["COG_UPLOAD_URL"]),
      awaitExplicitShutdown: text(flags["await-explicit-shutdown"]) !== undefined,
      predictorRef: text(env["COG_PREDICT_TYPE_STUB"]),
      trainRef: text(env["COG_TRAIN_TYPE_STUB"]),
      schemaFile: text(env["COG_SCHEMA_FILE"]),
      weights: weightSettings(env, number),
      workers: number("COG_WORKERS", { fallback: 1, least: 1 }),
      queueMax: number("COG_QUEUE_MAX", { fallback: 0, least: 0 }),
      queueTimeoutMs: seconds(number("COG_QUEUE_TIMEOUT", { fallback: 0, least: 0, fraction: true })) || undefined,
      queue,
      restartWorkers: env["COG_WORKER_RESTART"] !== "never",
      setupTimeoutMs: seconds(number("COG_SETUP_TIMEOUT", { fallback: 0, least: 1 })) || undefined,
      idleTimeoutMs: seconds(number("COG_IDLE_TIMEOUT", { fallback: 0, least: 0, fraction: true })) || undefined,
      instance: text(env["COG_INSTANCE"]),
      cancelGraceMs: seconds(number("COG_CANCEL_GRACE", { fallback: 0, least: 0, fraction: true })) || undefined,
      webhookIntervalMs: seconds(number("COG_THROTTLE_RESPONSE_INTERVAL", { fallback: 0.5, least: 0, fraction: true })),
      webhookRetryMs: seconds(number("COG_WEBHOOK_RETRY_INTERVAL", { fallback: 0.1, least: 0.001, fraction: true })),
      webhookToken: text(env["WEBHOOK_AUTH_TOKEN"]),
      streamHistory: number("COG_STREAM_HISTORY_CAPACITY", { fallback: 1024, least: 0 }),
      streamKeepAliveMs: seconds(number("COG_SSE_KEEPALIVE", { fallback: 15, least: 0.01, fraction: true })),
      userAgent: text(env["COG_USER_AGENT"]),
      localPathInputs: isOn(env["COG_LOCAL_PATH_INPUTS"]),
      downloads: {
        timeoutMs: seconds(number("COG_DOWNLOAD_TIMEOUT", { fallback: 0, least: 0, fraction: true })) || undefined,
        mostBytes: number("COG_DOWNLOAD_MAX_BYTES", { fallback: 0, least: 0 }) || undefined,
        publicOnly: isOn(env["COG_DOWNLOAD_PUBLIC_ONLY"]),
        objects: isOn(env["COG_S3_INPUTS"]),
        hosts: hostsOf(env["COG_INPUT_HOSTS"]),
      },
      uploadTimeoutMs: seconds(number("COG_UPLOAD_TIMEOUT", { fallback: 25, least: 0.001, fraction: true })),
      storage: readStorage(env),
      drainDelayMs: seconds(number("COG_DRAIN_DELAY", { fallback: 0, least: 0, fraction: true })),
      drainTimeoutMs:
        text(env["COG_DRAIN_TIMEOUT"]) === undefined
          ? undefined
          : seconds(number("COG_DRAIN_TIMEOUT", { fallback: 300, least: 0, fraction: true })),
      probePrefix: (env["COG_PROBE_PREFIX"] ?? "").replace(/\/+$/, ""),
      readyWhenBusy: env["COG_READY_WHEN_BUSY"] !== "false",
      exitOnSetupFailure: isOn(env["COG_EXIT_ON_SETUP_FAILURE"]),
      kubernetes: text(env["KUBERNETES_SERVICE_HOST"]) !== undefined,
      log: {
        level: logLevel(env["COG_LOG_LEVEL"]),
        format: env["LOG_FORMAT"] === "console" ? "console" : "json",
        rawModelLines: env["COG_LOG_MODEL"] === "raw",
        model: text(env["COG_MODEL"]),
      },
      metrics: readMetrics(env, port),
      traces: readTraces(env, warnings),
      model: text(env["COG_MODEL"]),
      temporaryRoot: givenTemporaryRoot(env),
      notifyFd: descriptor(env["COG_NOTIFY_FD"]),
      workerFds: workerFds(env["COG_WORKER_FDS"]),
      launcher: readLauncher(env["COG_LAUNCHER"]),
      proxy: {
        enabled: ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"].some((name) => text(env[name])),
        certificates: text(env["SSL_CERT_FILE"]) ?? text(env["REQUESTS_CA_BUNDLE"]),
      },
      environment: inherited(env),
      warnings,
    },
  };
}

/** The folder that the launcher made, also when the rest of the invocation cannot be read. */
export function givenTemporaryRoot(env: Environment): string | undefined {
  return text(env["COG_TMPDIR"]);
}

/** Without this server's own plumbing. */
function inherited(env: Environment): Environment {
  const { COG_WORKER_FDS: _fds, COG_NOTIFY_FD: _notify, COG_LAUNCHER: _launcher, ...rest } = env;
  return rest;
}

type Entry = "http" | "redis_queue";

const FLAGS = {
  host: { type: "string" },
  threads: { type: "string" },
  "upload-url": { type: "string" },
  "await-explicit-shutdown": { type: "string" },
  "x-mode": { type: "string" },
  version: { type: "boolean", short: "v" },
  help: { type: "boolean", short: "h" },
  ...QUEUE_FLAGS,
} as const;

function readFlags(args: readonly string[]) {
  return mustParse(() => ({
    flags: parseArgs({ args: [...args], strict: true, options: FLAGS }).values,
    warnings: [],
  }));
}

/** The entry for queues has had flags of its own, and before that, words without flags. */
function readQueueFlags(args: readonly string[]) {
  const options = { ...FLAGS, ...OLD_QUEUE_FLAGS } as const;
  const given = mustParse(() => parseArgs({ args: [...args], strict: true, allowPositionals: true, options }));
  const old = oldArguments(given.positionals, given.values);
  return { flags: { ...old.flags, ...given.values }, warnings: old.warnings };
}

function mustParse<Parsed>(parse: () => Parsed): Parsed {
  try {
    return parse();
  } catch (error) {
    throw new UserError("usage", messageOf(error).split(". ")[0] ?? "bad flag", {
      hint: "--help lists the flags.",
      cause: error,
    });
  }
}

export function readPort(value: string | undefined): number {
  if (text(value) === undefined) return 5000;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UserError("settings.port", `PORT is ${JSON.stringify(value)}.`, {
    hint: "Set it to a whole number from 0 to 65535.",
  });
}

function weightSettings(env: Environment, number: ReturnType<typeof numberReader>): WeightSettings | undefined {
  const timeoutMs = seconds(number("COG_WEIGHTS_TIMEOUT", { fallback: 300, least: 0, fraction: true })) || undefined;
  if (env["COG_WEIGHTS_WAIT"] === "0") return undefined;
  return { file: text(env["COG_WEIGHTS_FILE"]), timeoutMs, fetch: isOn(env["COG_WEIGHTS_FETCH"]) };
}

function hostsOf(value: string | undefined): readonly string[] | undefined {
  const hosts = (value ?? "").split(/[\s,]+/).filter((host) => host !== "");
  // Buckets are what they are; names of hosts are the same in capitals.
  return hosts.length === 0 ? undefined : hosts.map((host) => (host.includes("://") ? host : host.toLowerCase()));
}

export function logLevel(value: string | undefined): LogLevel {
  const name = value?.toLowerCase();
  if (name === "warning") return "warn";
  return name === "debug" || name === "warn" || name === "error" ? name : "info";
}

function workerFds(value: string | undefined): WorkerFds | undefined {
  const [channel, control, output] = (value ?? "").split(",").map(descriptor);
  return channel === undefined || control === undefined || output === undefined
    ? undefined
    : { channel, control, output };
}

function readLauncher(value: string | undefined): Launcher {
  const given: Partial<Launcher> = value === undefined ? {} : JSON.parse(value);
  return { python: given.python ?? "", executable: given.executable ?? "python3", sdk: given.sdk ?? "" };
}

export function descriptor(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
