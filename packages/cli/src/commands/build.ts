import { defineCommand, type FlagTable, type FlagValues } from "./command.ts";
import { imageFlags, projectFlags } from "./shared-flags.ts";

const flags = {
  tag: { summary: "Name of the image, NAME[:TAG]", short: "t", value: "IMAGE", repeat: true, group: "Output" },
  json: { summary: "Print the result as JSON", group: "Output" },
  iidfile: { summary: "Write the image's id to this file", value: "FILE", group: "Output" },
  secret: {
    summary: "Secret for build.run: id=X,src=PATH or id=X,env=VAR",
    value: "SECRET",
    repeat: true,
    group: "Build",
  },
  "no-cache": { summary: "Build every step again", group: "Build" },
  platform: { summary: "Platform of the image", value: "PLATFORM", default: "linux/amd64", group: "Build" },
  "openapi-schema": {
    summary: "Use this OpenAPI document (COG_OPENAPI_SCHEMA)",
    value: "FILE",
    group: "Build",
  },
  "separate-weights": { summary: "Big files also as an image of their own, IMAGE-weights", group: "Build" },
  "skip-schema-validation": {
    summary: "Build without reading what the model takes and gives",
    hidden: true,
    group: "Build",
  },
  strip: { summary: "Take debug symbols out of installed modules", hidden: true, group: "Build" },
  precompile: { summary: "Compile Python files while building", hidden: true, group: "Build" },
  timestamp: {
    summary: "Time of the files, in seconds since 1970; -1 keeps their own",
    value: "N",
    default: "-1",
    hidden: true,
    group: "Build",
    check: (value) => (/^-?\d+$/.test(value) ? undefined : "expected a number of seconds"),
  },
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
