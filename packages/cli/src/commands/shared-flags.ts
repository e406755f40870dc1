/** Flags that several commands have. */
import type { Flag, FlagTable } from "./command.ts";

export const projectFlags = {
  file: {
    summary: "The config file, here or in a parent directory",
    short: "f",
    value: "FILE",
    default: "cog.yaml",
    group: "Build",
  },
} as const satisfies FlagTable;

export const environmentFlags = {
  env: {
    summary: "Environment variable NAME=VALUE; NAME alone takes this machine's value",
    short: "e",
    value: "NAME=VALUE",
    completes: "nothing",
    repeat: true,
    group: "Environment",
  },
  "env-file": {
    summary: "A file of NAME=VALUE lines, taken before -e",
    value: "FILE",
    repeat: true,
    group: "Environment",
  },
  volume: {
    summary: "A file or folder that containers see at another path: SOURCE:TARGET[:ro]",
    short: "v",
    value: "VOLUME",
    repeat: true,
    group: "Environment",
  },
  gpus: {
    summary: "GPU devices: all, none, a number, or device=0,1",
    value: "GPUS",
    completes: "nothing",
    group: "Environment",
    check: (value) =>
      isGpus(value) ? undefined : `invalid GPU specification: "${value}"; expected all, none, a number, or device=0,1`,
  },
} as const satisfies FlagTable;

function isGpus(text: string): boolean {
  return /^(all|none|\d+|"?device=[\w,-]+"?)$/.test(text);
}

export const timestampFlag = {
  summary: "Time of the files, in seconds since 1970; -1 keeps their own",
  value: "N",
  default: "-1",
  completes: "nothing",
  hidden: true,
  group: "Build",
  check: (value: string) => (/^-?\d+$/.test(value) ? undefined : "expected a number of seconds"),
} as const satisfies Flag;

/** Of the commands that make an image to keep. */
export const buildFlags = {
  secret: {
    summary: "Secret for build.run: id=X,src=PATH or id=X,env=VAR",
    value: "SECRET",
    completes: "nothing",
    repeat: true,
    group: "Build",
  },
  "no-cache": { summary: "Build every step again", group: "Build" },
  platform: {
    summary: "Platform of the image",
    value: "PLATFORM",
    default: "linux/amd64",
    completes: "nothing",
    group: "Build",
  },
  "openapi-schema": {
    summary: "Use this OpenAPI document, and do not read the source",
    value: "FILE",
    env: "COG_OPENAPI_SCHEMA",
    group: "Build",
  },
  "separate-weights": { summary: "Big files also as an image of their own, IMAGE-weights", group: "Build" },
  strip: { summary: "Take debug symbols out of installed modules", hidden: true, group: "Build" },
  precompile: { summary: "Compile Python files while building", hidden: true, group: "Build" },
} as const satisfies FlagTable;

export const imageFlags = {
  progress: {
    summary: "How builds show their progress",
    value: "HOW",
    env: "BUILDKIT_PROGRESS",
    choices: ["auto", "plain", "tty", "quiet"],
    group: "Build",
  },
  "use-cog-base-image": {
    summary: "Start from one of Cog's own base images",
    value: "BOOL",
    valueIf: () => false,
    choices: ["true", "false"],
    group: "Build",
  },
  "use-cuda-base-image": {
    summary: "Start from a CUDA image",
    value: "WHEN",
    choices: ["auto", "true", "false"],
    group: "Build",
  },
  "base-image": {
    summary: "Start from this image, as build.base_image",
    value: "IMAGE",
    completes: "nothing",
    group: "Build",
  },
  dockerfile: { summary: "Build by this Dockerfile, not by cog.yaml", value: "PATH", hidden: true, group: "Build" },
} as const satisfies FlagTable;
