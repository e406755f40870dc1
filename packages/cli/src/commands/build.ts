import { defineCommand, type FlagTable, type FlagValues } from "./command.ts";
import { buildFlags, imageFlags, projectFlags, timestampFlag } from "./shared-flags.ts";

const flags = {
  tag: {
    summary: "Name of the image, NAME[:TAG]",
    short: "t",
    value: "IMAGE",
    completes: "image",
    repeat: true,
    group: "Output",
  },
  json: { summary: "Print the result as JSON", group: "Output" },
  iidfile: { summary: "Write the image's id to this file", value: "FILE", group: "Output" },
  "skip-schema-validation": {
    summary: "Build without reading what the model takes and gives",
    hidden: true,
    group: "Build",
  },
  timestamp: timestampFlag,
  ...buildFlags,
  ...projectFlags,
  ...imageFlags,
} as const satisfies FlagTable;

export type BuildFlags = FlagValues<typeof flags>;

export const build = defineCommand({
  name: "build",
  summary: "Build an image of the model",
  flags,
  examples: [
    { command: "cog build -t my-model", what: "Build the model of this directory" },
    { command: "cog build -t my-model --json", what: "Print the image's name and id for a script" },
  ],
  async run({ flags: given }, context) {
    const { buildModel } = await import("./building.ts");
    return await buildModel(given, context);
  },
});
