import { defineCommand, type FlagTable, type FlagValues } from "./command.ts";
import { imageFlags, projectFlags, timestampFlag } from "./shared-flags.ts";

const flags = {
  "image-name": { summary: "Name of the image that the weights' image is named after", value: "IMAGE", group: "Build" },
  "separate-weights": { summary: "With an image of their own for big files", group: "Build" },
  timestamp: timestampFlag,
  ...projectFlags,
  ...imageFlags,
} as const satisfies FlagTable;

export type DebugFlags = FlagValues<typeof flags>;

export const debug = defineCommand({
  name: "debug",
  summary: "Print the Dockerfile that cog build would use",
  hidden: true,
  flags,
  examples: [{ command: "cog debug", what: "Needs no Docker" }],
  async run({ flags: given }, context) {
    const { printDockerfile } = await import("./debugging.ts");
    return await printDockerfile(given, context);
  },
});
