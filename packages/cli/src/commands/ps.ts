import { defineCommand } from "./command.ts";

export const ps = defineCommand({
  name: "ps",
  summary: "List the models that are up",
  description:
    "Models that 'cog run --keep' and 'cog serve --detach' left up, and containers of commands that still run. Those of " +
    "'cog run --keep' end by themselves after 10 minutes without a prediction; those of 'cog serve --detach' stay until 'cog stop'.",
  flags: { json: { summary: "Print it as JSON", group: "Output" } },
  examples: [{ command: "cog ps", what: "ID, project, engine, state and address of each" }],
  async run({ flags }, context) {
    const { listRunning } = await import("./running-commands.ts");
    return await listRunning(flags.json, context);
  },
});
