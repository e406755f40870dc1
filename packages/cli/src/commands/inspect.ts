import { defineCommand, type FlagTable, type FlagValues } from "./command.ts";
import { imageFlags, projectFlags } from "./shared-flags.ts";

const flags = {
  json: { summary: "Print it as JSON", group: "Output" },
  ...projectFlags,
  ...imageFlags,
} as const satisfies FlagTable;

export type InspectFlags = FlagValues<typeof flags>;

export const inspect = defineCommand({
  name: "inspect",
  summary: "Show what a model is: its inputs, its versions and why they were chosen",
  arguments: { usage: "[IMAGE|DIRECTORY]", least: 0, most: 1, completes: "image" },
  flags,
  examples: [
    { command: "cog inspect", what: "The project of this directory; needs no Docker" },
    { command: "cog inspect my-model --json", what: "An image, for a script" },
  ],
  async run({ flags: given, args: [subject] }, context) {
    const { inspectModel } = await import("./inspecting.ts");
    return await inspectModel(given, subject, context);
  },
});
