/** `cog base-image`: what Cog's own base images are made of, and which there are. */
import { defineCommand, type FlagTable, type FlagValues } from "./command.ts";
import { buildFlags, imageFlags, timestampFlag } from "./shared-flags.ts";

const imageWishFlags = {
  python: { summary: "Version of Python", value: "VERSION", completes: "nothing", default: "3.13" },
  cuda: { summary: "Version of CUDA; without it the image is for the CPU", value: "VERSION", completes: "nothing" },
  torch: { summary: "Version of torch; without it there is none", value: "VERSION", completes: "nothing" },
  "break-system-packages": {
    summary: "Install into Pythons that a distribution manages: these images always do",
    hidden: true,
  },
  "build-context-dir": {
    summary: "A directory that the Dockerfile is also written to",
    value: "DIRECTORY",
    completes: "directory",
    hidden: true,
  },
  timestamp: timestampFlag,
} as const satisfies FlagTable;

const buildOnlyFlags = { "no-cache": buildFlags["no-cache"], progress: imageFlags.progress } as const;

const matrixFlags = {
  python: { summary: "Only these versions of Python, separated by commas", value: "LIST", completes: "nothing" },
  cuda: { summary: "Only these versions of CUDA; none is for the CPU", value: "LIST", completes: "nothing" },
  torch: { summary: "Only these versions of torch; none is without it", value: "LIST", completes: "nothing" },
} as const satisfies FlagTable;

export type BaseImageFlags = FlagValues<typeof imageWishFlags>;
export type BaseImageBuildFlags = BaseImageFlags & FlagValues<typeof buildOnlyFlags>;
export type MatrixFlags = FlagValues<typeof matrixFlags>;

export const baseImageDockerfile = defineCommand({
  name: "base-image dockerfile",
  summary: "Print the Dockerfile of one of Cog's own base images",
  hidden: true,
  flags: imageWishFlags,
  examples: [
    {
      command: "cog base-image dockerfile --cuda 12.1 --python 3.11 --torch 2.3.1",
      what: "It needs no file beside it",
    },
  ],
  async run({ flags }, context) {
    const { printBaseDockerfile } = await import("./base-imaging.ts");
    return await printBaseDockerfile(flags, context);
  },
});

export const baseImageBuild = defineCommand({
  name: "base-image build",
  summary: "Build one of Cog's own base images",
  hidden: true,
  flags: { ...imageWishFlags, ...buildOnlyFlags },
  examples: [
    {
      command: "cog base-image build --python 3.12 --registry registry.example.com",
      what: "As registry.example.com/cog-base:python3.12",
    },
  ],
  async run({ flags }, context) {
    const { buildBaseImage } = await import("./base-imaging.ts");
    return await buildBaseImage(flags, context);
  },
});

export const baseImageMatrix = defineCommand({
  name: "base-image generate-matrix",
  summary: "Print every combination that there is a base image for, as JSON",
  hidden: true,
  flags: matrixFlags,
  examples: [
    { command: "cog base-image generate-matrix --python 3.12 --cuda 12.1,12.4", what: "Those for one Python" },
  ],
  async run({ flags }, context) {
    const { printMatrix } = await import("./base-imaging.ts");
    return printMatrix(flags, context);
  },
});
