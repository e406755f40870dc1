import { expect, test } from "vitest";
import type { Settings } from "./settings.ts";
import { readInvocation } from "./settings.ts";

function settings(args: readonly string[], env: Readonly<Record<string, string>> = {}): Settings {
  const invocation = readInvocation(args, env);
  if (invocation.action !== "serve") throw new Error(`it is ${invocation.action}`);
  return invocation.settings;
}

const ROWS: readonly { args?: string[]; env?: Record<string, string>; expected: Partial<Settings> }[] = [
  { expected: { host: "0.0.0.0", port: 5000, mode: "predict", workers: 1, queueMax: 0, streamHistory: 1024 } },
  {
    expected: { setupTimeoutMs: undefined, webhookIntervalMs: 500, restartWorkers: true, awaitExplicitShutdown: false },
  },
  { args: ["--host=::1", "--threads", "8"], expected: { host: "::1" } },
  { args: ["--x-mode", "train"], expected: { mode: "train" } },
  { args: ["--await-explicit-shutdown", "False"], expected: { awaitExplicitShutdown: true } },
  {
    args: ["--upload-url", "http://flag"],
    env: { COG_UPLOAD_URL: "http://env" },
    expected: { uploadUrl: "http://flag" },
  },
  { env: { PORT: "0" }, expected: { port: 0 } },
  { env: { COG_SETUP_TIMEOUT: "3" }, expected: { setupTimeoutMs: 3000 } },
  { expected: { cancelGraceMs: undefined } },
  { env: { COG_CANCEL_GRACE: "0" }, expected: { cancelGraceMs: undefined } },
  { env: { COG_CANCEL_GRACE: "1.5" }, expected: { cancelGraceMs: 1500 } },
  { expected: { queueTimeoutMs: undefined, streamKeepAliveMs: 15_000 } },
  {
    env: { COG_QUEUE_TIMEOUT: "2.5", COG_SSE_KEEPALIVE: "1" },
    expected: { queueTimeoutMs: 2500, streamKeepAliveMs: 1000 },
  },
  {
    expected: {
      uploadTimeoutMs: 25_000,
      downloads: { timeoutMs: undefined, mostBytes: undefined, publicOnly: false, objects: false, hosts: undefined },
    },
  },
  {
    env: { COG_DOWNLOAD_TIMEOUT: "1.5", COG_DOWNLOAD_MAX_BYTES: "10", COG_DOWNLOAD_PUBLIC_ONLY: "1" },
    expected: { downloads: { timeoutMs: 1500, mostBytes: 10, publicOnly: true, objects: false, hosts: undefined } },
  },
  { env: { COG_THROTTLE_RESPONSE_INTERVAL: "0.1" }, expected: { webhookIntervalMs: 100, webhookRetryMs: 100 } },
  { env: { COG_WEBHOOK_RETRY_INTERVAL: "2" }, expected: { webhookRetryMs: 2000 } },
  { env: { COG_WORKER_RESTART: "never" }, expected: { restartWorkers: false } },
  { env: { COG_WORKER_FDS: "5,6,7" }, expected: { workerFds: { channel: 5, control: 6, output: 7 } } },
  {
    env: { LOG_FORMAT: "console", COG_LOG_LEVEL: "WARNING" },
    expected: { log: { level: "warn", format: "console", rawModelLines: false, model: undefined } },
  },
  {
    env: { COG_LOG_LEVEL: "loud" },
    expected: { log: { level: "info", format: "json", rawModelLines: false, model: undefined } },
  },
  { expected: { metrics: { port: undefined, modelMetrics: [] }, traces: undefined, model: undefined } },
  { env: { COG_METRICS: "Off" }, expected: { metrics: undefined } },
  {
    env: { COG_METRICS_PORT: "9100", COG_METRICS_EXPORT: "tokens, time.load,", COG_MODEL: "mine" },
    expected: { metrics: { port: 9100, modelMetrics: ["tokens", "time.load"] }, model: "mine" },
  },
  { env: { PORT: "0", COG_METRICS_PORT: "0" }, expected: { metrics: { port: 0, modelMetrics: [] } } },
  { env: { OTEL_SERVICE_NAME: "mine" }, expected: { traces: { protocol: "http/protobuf", stacks: false } } },
  {
    env: { OTEL_TRACES_EXPORTER: "otlp", OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", COG_OTEL_STACKS: "1" },
    expected: { traces: { protocol: "http/json", stacks: true } },
  },
  { env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_SDK_DISABLED: "true" }, expected: { traces: undefined } },
  {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_TRACES_EXPORTER: "none" },
    expected: { traces: undefined },
  },
];

test.each(ROWS)("$args $env", ({ args = [], env = {}, expected }) => {
  expect(settings(args, env)).toMatchObject(expected);
});

const FALLBACKS = [
  { name: "COG_QUEUE_MAX", value: "many", key: "queueMax", expected: 0 },
  { name: "COG_QUEUE_TIMEOUT", value: "soon", key: "queueTimeoutMs", expected: undefined },
  { name: "COG_SSE_KEEPALIVE", value: "0", key: "streamKeepAliveMs", expected: 15_000 },
  { name: "COG_WORKERS", value: "0", key: "workers", expected: 1 },
  { name: "COG_UPLOAD_TIMEOUT", value: "0", key: "uploadTimeoutMs", expected: 25_000 },
  { name: "COG_SETUP_TIMEOUT", value: "0", key: "setupTimeoutMs", expected: undefined },
  { name: "COG_STREAM_HISTORY_CAPACITY", value: "-1", key: "streamHistory", expected: 1024 },
] as const;

test.each(FALLBACKS)("$name=$value falls back with a warning", ({ name, value, key, expected }) => {
  const read = settings([], { [name]: value });
  expect(read[key]).toBe(expected);
  expect(read.warnings).toEqual([expect.stringContaining(name)]);
});

test("a bad concurrency is the worker's to read; the warning is ours", () => {
  expect(settings([], { COG_MAX_CONCURRENCY: "0" }).warnings).toHaveLength(1);
});

test("what is only ours is not passed on to workers", () => {
  const { environment } = settings([], {
    COG_WORKER_FDS: "1,2,3",
    COG_NOTIFY_FD: "9",
    COG_LAUNCHER: "{}",
    HOME: "/home/me",
  });
  expect(environment).toEqual({ HOME: "/home/me" });
});

test.each([
  ["--help", "help"],
  ["-v", "version"],
])("%s", (flag, action) => {
  expect(readInvocation([flag], {})).toMatchObject({ action });
});

test.each([["--nope"], ["--x-mode=dance"]])("%s is a usage error", (flag) => {
  expect(() => readInvocation([flag], {})).toThrow(expect.objectContaining({ code: "usage" }));
});

test("a port that is no number stops the start", () => {
  expect(() => readInvocation([], { PORT: "http" })).toThrow('PORT is "http".');
});

const QUEUE = { COG_ENTRY: "redis_queue", COG_CONSUMER_ID: "me" };
const LIKE_COG_0_6 =
  "--redis-host r --redis-port 6380 --input-queue q --upload-url http://u --consumer-id me --model-id m";

test.each([
  {
    args: `${LIKE_COG_0_6} --predict-timeout 30 --report-setup-run-url http://s --max-failure-count 5`,
    queue: {
      url: "redis://r:6380/0",
      names: ["q"],
      consumer: "me",
      predictTimeoutMs: 30_000,
      setupReportUrl: "http://s",
      maxFailures: 5,
      legacyReply: "set",
    },
    uploadUrl: "http://u",
  },
  {
    args: "r 6380 q http://u him m logs 30",
    queue: { url: "redis://r:6380/0", names: ["q"], consumer: "him", predictTimeoutMs: 30_000 },
    uploadUrl: "http://u",
    warning: "old version of Cog",
  },
  {
    args: "--redis-url rediss://:pw@r/1 --queue a --queue b --max-failure-count 0 --legacy-reply rpush",
    queue: { url: "rediss://:pw@r/1", names: ["a", "b"], maxFailures: 0, maxDeliveries: 3, claimIdleMs: 60_000 },
  },
])("redis_queue $args", ({ args, queue, uploadUrl, warning }) => {
  const read = settings(args.split(" "), QUEUE);
  expect(read.queue).toMatchObject(queue);
  expect(read).toMatchObject({ uploadUrl, portIsFree: true });
  expect(read.warnings).toEqual(warning === undefined ? [] : [expect.stringContaining(warning)]);
});

test("any server has a queue by its environment", () => {
  const env = {
    COG_REDIS_URL: "redis://r:1/0",
    COG_REDIS_QUEUE: "a,b",
    COG_QUEUE_MAX_JOBS: "1",
    COG_CONSUMER_ID: "me",
  };
  expect(settings([], env)).toMatchObject({
    queue: { names: ["a", "b"], consumer: "me", maxJobs: 1 },
    portIsFree: false,
  });
  expect(settings([]).queue).toBeUndefined();
});

test.each([
  ["", "No queue is named."],
  ["--queue q", "The queue's Redis is missing."],
  ["--redis-url redis://r", "The Redis of a queue is given, but no queue."],
  ["--redis-url r:6379 --queue q", "The URL of the queue's Redis is not of the form redis://HOST:PORT/DB."],
  ["--redis-url redis://r --queue q --legacy-reply shout", "--legacy-reply is shout."],
  ["r 6379 q", "Found 3 words that are no flags."],
])("redis_queue %s is a usage error", (args, message) => {
  expect(() => settings(args.split(" ").filter(Boolean), QUEUE)).toThrow(
    expect.objectContaining({ code: "usage", message }),
  );
});

test.each([
  { env: { OTEL_TRACES_EXPORTER: "console" }, warning: "OTEL_TRACES_EXPORTER is console" },
  {
    env: { OTEL_SERVICE_NAME: "x", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
    warning: "OTEL_EXPORTER_OTLP_PROTOCOL is grpc, which is not usable; continuing with http/protobuf",
  },
])("traces that cannot be sent as asked: $env", ({ env, warning }) => {
  expect(settings([], env).warnings).toEqual([expect.stringContaining(warning)]);
});

test.each(["http", "-1", "65536"])("COG_METRICS_PORT=%s ends the start", (value) => {
  expect(() => settings([], { COG_METRICS_PORT: value })).toThrow("COG_METRICS_PORT is");
});
