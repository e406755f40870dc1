import { isWebAddress } from "./address.ts";
import { defineCommand, type FlagTable, type FlagValues } from "./command.ts";
import { checkPortNumber } from "./port.ts";

const flags = {
  target: {
    summary: "The model's server that the page begins with",
    value: "URL",
    default: "http://localhost:8393",
    completes: "nothing",
    group: "Server",
    check: (value) =>
      isWebAddress(value) ? undefined : "expected the address of a server, like http://localhost:8393",
  },
  port: {
    summary: "Port on this machine; 0 picks a free one",
    short: "p",
    value: "PORT",
    default: "0",
    completes: "nothing",
    group: "Server",
    check: checkPortNumber,
  },
  host: {
    summary: "Address to listen on; 0.0.0.0 lets models in containers send webhooks, and nobody else in",
    value: "HOST",
    default: "127.0.0.1",
    completes: "nothing",
    group: "Server",
  },
  "webhook-host": {
    summary: "The name that the model reaches this machine by, for webhooks",
    value: "HOST",
    default: "host.docker.internal",
    completes: "nothing",
    group: "Server",
  },
  "no-open": { summary: "Do not open the browser", group: "Output" },
} as const satisfies FlagTable;

export type PlaygroundFlags = FlagValues<typeof flags>;

export const playground = defineCommand({
  name: "playground",
  summary: "Try a running model in the browser",
  description:
    "A page with a form made of the model's inputs, for any server of a model: one of cog serve, a container, a deployment. " +
    "It needs neither Docker nor a project, and asks nobody but the model's server for anything.",
  flags,
  examples: [
    { command: "cog playground", what: "For the model that cog serve serves" },
    { command: "cog playground --target http://localhost:5000", what: "For a container of a model" },
    { command: "cog serve --playground", what: "Serve the model of the project and its page together" },
  ],
  async run({ flags }, context) {
    const { playWith } = await import("./playing.ts");
    return await playWith(flags, context);
  },
});
