import type { FlagTable } from "./command.ts";
import { environmentFlags, imageFlags, projectFlags } from "./shared-flags.ts";

/** Flags that only predictions have: `cog run` knows by them what it is. */
export const onlyPredictionFlags = {
  input: {
    summary: "Input; @path reads a file; - alone reads them all as JSON from stdin",
    short: "i",
    value: "NAME=VALUE",
    completes: "input",
    repeat: true,
    group: "Input",
  },
  json: {
    summary: "The result as JSON; with a value also the inputs: JSON, @file or - for stdin",
    value: "INPUTS",
    valueIf: (word) =>
      word === "" || word === "-" || /^\s*[{["@]/.test(word) || /^\s*(\d+|null|true|false)\s*$/.test(word),
    group: "Input",
  },
  inputs: { summary: "Print what the model takes, and run nothing", group: "Input" },
  output: {
    summary: "Where the output goes: a file, a directory, or - for stdout",
    short: "o",
    value: "PATH",
    group: "Output",
  },
  stream: { summary: "Print output as it is made", group: "Output" },
  "no-stream": { summary: "Print output at the end, also on a terminal", group: "Output" },
  raw: { summary: "Print files as data URLs instead of saving them", group: "Output" },
  "setup-timeout": {
    summary: "Seconds that setup() may take; 0 waits as long as it needs",
    value: "SECONDS",
    default: "300",
    group: "Environment",
    completes: "nothing",
    check: (value) => (/^\d+$/.test(value) ? undefined : "expected a number of seconds"),
  },
  "use-replicate-token": { summary: "Give the model REPLICATE_API_TOKEN in its context", group: "Environment" },
} as const satisfies FlagTable;

/** Flags of `cog run` (and `cog predict`) that training has no use for. */
export const onlyRunFlags = {
  interactive: { summary: "Ask for the inputs that are not given", group: "Input" },
  open: { summary: "Open the files that are written, with the desktop's programs", group: "Output" },
  watch: { summary: "Run again with the same inputs whenever the source changes", group: "Environment" },
  keep: { summary: "Leave the model up for 10 minutes; the next run needs no setup", group: "Environment" },
} as const satisfies FlagTable;

export const predictionFlags = {
  ...onlyPredictionFlags,
  ...environmentFlags,
  ...projectFlags,
  ...imageFlags,
} as const satisfies FlagTable;

export const runFlags = { ...predictionFlags, ...onlyRunFlags } as const satisfies FlagTable;
