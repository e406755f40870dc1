import { defineCommand } from "./command.ts";

export const logs = defineCommand({
  name: "logs",
  summary: "Print what a model that is up has written",
  arguments: { usage: "[ID]", least: 0, most: 1 },
  flags: {
    follow: { summary: "Print new lines as they come, until Ctrl-C", short: "f", group: "Output" },
    json: { summary: "Each line as a JSON object", group: "Output" },
  },
  examples: [
    { command: "cog logs", what: "Of this project's model" },
    { command: "cog logs -f 4f1c", what: "Of the one whose ID begins so (cog ps), as it comes" },
  ],
  async run({ flags, args: [id] }, context) {
    const { printLog } = await import("./running-commands.ts");
    return await printLog({ id, ...flags }, context);
  },
});
