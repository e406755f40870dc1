import { checkUploadAddress } from "./address.ts";
import type { FlagTable, FlagValues } from "./command.ts";
import { defineCommand } from "./command.ts";
import { checkPortNumber } from "./port.ts";
import { redisFlags } from "./queue.ts";
import { environmentFlags, imageFlags, projectFlags } from "./shared-flags.ts";

const serverFlags = {
  port: {
    summary: "Port on this machine",
    short: "p",
    value: "PORT",
    default: "8393",
    completes: "nothing",
    group: "Server",
    check: checkPortNumber,
  },
  host: {
    summary: "Address to listen on; 0.0.0.0 is for everyone",
    value: "HOST",
    default: "127.0.0.1",
    completes: "nothing",
    group: "Server",
  },
  watch: { summary: "Load the model again whenever its source changes", group: "Server" },
  detach: { summary: "Leave the server up and come back (cog ps, cog stop)", short: "d", group: "Server" },
  "upload-url": {
    summary: "Upload output files below this URL: https://…, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX",
    value: "URL",
    completes: "nothing",
    group: "Server",
    check: checkUploadAddress,
  },
  queue: {
    summary: "Take predictions from this queue, too",
    value: "NAME",
    repeat: true,
    completes: "nothing",
    group: "Server",
  },
  "redis-url": { ...redisFlags["redis-url"], summary: "The Redis that the queues are in" },
  playground: { summary: "Serve a page to try the model with, too (cog playground)", group: "Server" },
  "playground-port": {
    summary: "Port of that page; 0 picks a free one",
    value: "PORT",
    default: "9000",
    completes: "nothing",
    group: "Server",
    check: checkPortNumber,
  },
  "setup-timeout": {
    summary: "Seconds that setup() may take; 0 waits as long as it needs",
    value: "SECONDS",
    default: "0",
    completes: "nothing",
    group: "Server",
    check: (value) => (/^\d+$/.test(value) ? undefined : "expected a number of seconds"),
  },
  json: { summary: "Write every log line as a JSON object, on stderr", group: "Output" },
} as const satisfies FlagTable;

const flags = { ...serverFlags, ...environmentFlags, ...projectFlags, ...imageFlags } as const satisfies FlagTable;

export type ServeFlags = FlagValues<typeof flags>;

export const serve = defineCommand({
  name: "serve",
  summary: "Serve the model over HTTP",
  logsJson: true,
  flags,
  examples: [
    { command: "cog serve -p 5000", what: "Then POST to http://localhost:5000/predictions" },
    { command: "cog serve --playground", what: "With a page to try it on, at http://localhost:9000" },
    { command: "cog serve --watch", what: "Edit the model while it is served: requests wait for the new code" },
    {
      command: "cog serve --redis-url redis://localhost:6379 --queue my-model",
      what: "Run what cog queue submit and cog gateway put there",
    },
  ],
  async run({ flags }, context) {
    const { serveModel } = await import("./serving.ts");
    return await serveModel(flags, context);
  },
});
