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
  "code-only": {
    summary: "Exchange the code of the image that was built last; without an engine, of the one pushed last",
    group: "Build",
  },
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
  description:
    "With --code-only nothing is built: the image of this name gets the project's code as it is now, or it is said what else " +
    "changed. Where no engine answers, the image that was pushed last is written to .cog/image, as an OCI layout.",
  flags,
  examples: [
    { command: "cog build -t my-model", what: "Build the model of this directory" },
    { command: "cog build -t my-model --code-only", what: "After an edit: nothing but the code" },
    { command: "cog build -t my-model --json", what: "Print the image's name and id for a script" },
  ],
  async run({ flags: given }, context) {
    if (given["code-only"]) {
      const { buildCode } = await import("./code-building.ts");
      return await buildCode(given, context);
    }
    const { buildModel } = await import("./building.ts");
    return await buildModel(given, context);
  },
});
