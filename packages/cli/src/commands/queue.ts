/** `cog queue submit`, `result`, `cancel` and `status`. */
import { checkUploadAddress, checkWebhookAddress, isRedisAddress } from "./address.ts";
import { defineCommand, type FlagTable, type FlagValues } from "./command.ts";
import { onlyPredictionFlags } from "./prediction-flags.ts";

export const redisFlags = {
  "redis-url": {
    summary: "The Redis that the queue is in",
    value: "URL",
    env: "COG_REDIS_URL",
    completes: "nothing",
    group: "Server",
    check: (value) => (isRedisAddress(value) ? undefined : "expected an address like redis://localhost:6379"),
  },
  queue: {
    summary: "Name of the queue that workers serve",
    value: "NAME",
    env: "COG_REDIS_QUEUE",
    completes: "nothing",
    group: "Server",
  },
} as const satisfies FlagTable;

export const lagFlag = {
  "lag-max": {
    summary: "Refuse a prediction when more than these wait",
    value: "COUNT",
    env: "COG_QUEUE_LAG_MAX",
    completes: "nothing",
    group: "Server",
    check: (value) => (/^\d+$/.test(value) ? undefined : "expected a whole number"),
  },
} as const satisfies FlagTable;

const { output, stream, "no-stream": noStream, raw } = onlyPredictionFlags;
const shownFlags = { output, stream, "no-stream": noStream, raw } as const;

const submitFlags = {
  input: onlyPredictionFlags.input,
  json: onlyPredictionFlags.json,
  inputs: onlyPredictionFlags.inputs,
  wait: { summary: "Wait for the result, and print it as cog run does", group: "Output" },
  ...shownFlags,
  id: {
    summary: "Name the prediction; one of this name that is there already is not run again",
    value: "ID",
    completes: "nothing",
    group: "Environment",
  },
  webhook: {
    summary: "Where workers send what happens",
    value: "URL",
    completes: "nothing",
    group: "Environment",
    check: checkWebhookAddress,
  },
  deadline: {
    summary: "Do not start it later than that: 90s, 10m, 2h, or a time",
    value: "WHEN",
    completes: "nothing",
    group: "Environment",
  },
  priority: {
    summary: "Put it into the queue NAME:WORD, for workers that serve it",
    value: "WORD",
    completes: "nothing",
    group: "Environment",
    check: (value) => (/^[\w-]+$/.test(value) ? undefined : "expected a word"),
  },
  "result-ttl": {
    summary: "Seconds that its result is kept; default: a day",
    value: "SECONDS",
    completes: "nothing",
    group: "Environment",
    check: (value) => (/^[1-9]\d*$/.test(value) ? undefined : "expected a number of seconds"),
  },
  "upload-url": {
    summary: "Where workers upload its output files",
    value: "URL",
    completes: "nothing",
    group: "Environment",
    check: checkUploadAddress,
  },
  ...redisFlags,
  ...lagFlag,
} as const satisfies FlagTable;

export type SubmitFlags = FlagValues<typeof submitFlags>;

export const queueSubmit = defineCommand({
  name: "queue submit",
  summary: "Put a prediction into a Redis queue",
  description:
    "Workers that serve the queue run it ('cog serve --redis-url', or images with python -m cog.server.redis_queue). Its id " +
    "is printed, for 'cog queue result'; with --wait its output is. Inputs are checked against what the workers say the " +
    "model takes. Files go by URL; small ones may be given with @, as long as the whole prediction stays below 1 MiB.",
  flags: submitFlags,
  examples: [
    { command: "cog queue submit --queue my-model -i prompt='a red fox'", what: "Print its id and go on" },
    { command: "cog queue submit --queue my-model -i n=1 --wait", what: "Print its output" },
    { command: "cog queue submit --queue my-model --json @inputs.json --deadline 10m", what: "Not later than that" },
  ],
  async run({ flags }, context) {
    const { submit } = await import("./queueing.ts");
    return await submit(flags, context);
  },
});

const resultFlags = {
  wait: { summary: "Wait for the result", group: "Output" },
  json: { summary: "Print the result as JSON", group: "Output" },
  ...shownFlags,
  ...redisFlags,
} as const satisfies FlagTable;

export type ResultFlags = FlagValues<typeof resultFlags>;

const id = { usage: "ID", least: 1, most: 1 } as const;

export const queueResult = defineCommand({
  name: "queue result",
  summary: "Print the result of a prediction in a queue",
  description: "Its exit code is 0 when the prediction succeeded, and 1 when it failed or has not ended yet.",
  arguments: id,
  flags: resultFlags,
  examples: [
    { command: "cog queue result ID --queue my-model", what: "The output, as cog run prints it" },
    { command: "cog queue result ID --queue my-model --wait", what: "As soon as it is there" },
  ],
  async run({ flags, args }, context) {
    const { result } = await import("./queueing.ts");
    return await result(args[0] ?? "", flags, context);
  },
});

const cancelFlags = { ...redisFlags } as const satisfies FlagTable;

export type CancelFlags = FlagValues<typeof cancelFlags>;

export const queueCancel = defineCommand({
  name: "queue cancel",
  summary: "Cancel a prediction in a queue, whether it waits or runs",
  arguments: id,
  flags: cancelFlags,
  examples: [{ command: "cog queue cancel ID --queue my-model", what: "Its worker is told to end it" }],
  async run({ flags, args }, context) {
    const { cancel } = await import("./queueing.ts");
    return await cancel(args[0] ?? "", flags, context);
  },
});

const statusFlags = {
  json: { summary: "Print it as JSON", group: "Output" },
  ...redisFlags,
} as const satisfies FlagTable;

export type StatusFlags = FlagValues<typeof statusFlags>;

export const queueStatus = defineCommand({
  name: "queue status",
  summary: "Say how many predictions wait and run in a queue, and which workers serve it",
  flags: statusFlags,
  examples: [
    { command: "cog queue status --queue my-model", what: "Waiting, running, given up; a line for each worker" },
  ],
  async run({ flags }, context) {
    const { status } = await import("./queueing.ts");
    return await status(flags, context);
  },
});
