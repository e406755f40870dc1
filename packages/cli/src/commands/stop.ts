import { defineCommand } from "./command.ts";
import { UsageError } from "./usage.ts";

export const stop = defineCommand({
  name: "stop",
  summary: "Stop models that are up",
  arguments: { usage: "[ID]", least: 0, most: 1 },
  flags: {
    all: { summary: "Those of every project" },
    json: { summary: "Print it as JSON", group: "Output" },
  },
  examples: [
    { command: "cog stop", what: "Those of this project" },
    { command: "cog stop 4f1c", what: "The one whose ID begins so (cog ps)" },
  ],
  async run({ flags, args: [id] }, context) {
    if (flags.all && id !== undefined) throw new UsageError("--all and an ID cannot be used together", "stop");
    const { stopRunning } = await import("./running-commands.ts");
    return await stopRunning({ id, ...flags }, context);
  },
});
