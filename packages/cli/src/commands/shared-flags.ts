/** Flags that several commands have. */
import type { FlagTable } from "./command.ts";

export const projectFlags = {
  file: { summary: "The name of the config file", short: "f", value: "FILE", default: "cog.yaml", group: "Build" },
} as const satisfies FlagTable;

export const environmentFlags = {
  env: {
    summary: "Environment variable NAME=VALUE; NAME alone takes this machine's value",
    short: "e",
    value: "NAME=VALUE",
    repeat: true,
    group: "Environment",
  },
  gpus: {
    summary: "GPU devices: all, none, a number, or device=0,1",
    value: "GPUS",
    group: "Environment",
    check: (value) => (isGpus(value) ? undefined : "expected all, none, a number, or device=0,1"),
  },
} as const satisfies FlagTable;

function isGpus(text: string): boolean {
  return /^(all|none|\d+|"?device=[\w,-]+"?)$/.test(text);
}

const PROGRESS = ["auto", "plain", "tty", "quiet"];

export const imageFlags = {
  progress: {
    summary: "How builds show their progress: auto, plain, tty or quiet (BUILDKIT_PROGRESS)",
    value: "HOW",
    group: "Build",
    check: (value) => (PROGRESS.includes(value) ? undefined : `expected ${PROGRESS.join(", ")}`),
  },
  "use-cog-base-image": {
    summary: "Start from one of Cog's own base images",
    value: "BOOL",
    valueIf: () => false,
    group: "Build",
    check: (value) => (["", "true", "false"].includes(value) ? undefined : "expected true or false"),
  },
  "use-cuda-base-image": {
    summary: "Start from a CUDA image: auto, true or false",
    value: "WHEN",
    group: "Build",
    check: (value) => (["auto", "true", "false"].includes(value) ? undefined : "expected auto, true or false"),
  },
  "base-image": { summary: "Start from this image (build.base_image)", value: "IMAGE", group: "Build" },
  dockerfile: { summary: "Build by this Dockerfile, not by cog.yaml", value: "PATH", hidden: true, group: "Build" },
} as const satisfies FlagTable;
