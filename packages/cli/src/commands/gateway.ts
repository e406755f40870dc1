import { defineCommand, type FlagTable, type FlagValues } from "./command.ts";
import { checkPortNumber } from "./port.ts";
import { lagFlag, redisFlags } from "./queue.ts";

const flags = {
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
  ...redisFlags,
  ...lagFlag,
  json: { summary: "Write every log line as a JSON object, on stderr", group: "Output" },
} as const satisfies FlagTable;

export type GatewayFlags = FlagValues<typeof flags>;

export const gateway = defineCommand({
  name: "gateway",
  summary: "Serve the HTTP API of a model in front of a Redis queue",
  description:
    "Clients send predictions to one address; workers that serve the queue run them, as many as there are. It needs neither " +
    "the model nor Python, keeps nothing itself, and can stand beside others. In an image of a model the same is " +
    "started by python -m cog.server.gateway.",
  flags,
  examples: [
    {
      command: "cog gateway --redis-url redis://localhost:6379 --queue my-model",
      what: "Then POST to http://localhost:8393/predictions",
    },
    { command: "cog gateway --queue my-model --lag-max 100", what: "Answer 429 while more than 100 wait" },
  ],
  async run({ flags }, context) {
    const { runGateway } = await import("./gatewaying.ts");
    return await runGateway(flags, context);
  },
});
