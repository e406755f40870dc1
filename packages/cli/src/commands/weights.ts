/** `cog weights`: import, pull, push, status, list, inspect, prune, fetch. */
import { defineCommand, type FlagTable, type FlagValues } from "./command.ts";
import { projectFlags } from "./shared-flags.ts";

/** As `parseSize` reads it. */
const SIZE = /^\s*\d+(\.\d+)?\s*[kmgt]?(i?b)?\s*$/i;

const verbose = { summary: "Also every file and layer", short: "v", group: "Output" } as const;

const json = { summary: "Print what happens as JSON, one event a line", group: "Output" } as const;

const importFlags = {
  "dry-run": { summary: "Say what would be done, and do nothing", group: "Output" },
  local: { summary: "Push nothing, and ask no registry: fetch, and write weights.lock", group: "Output" },
  verbose,
  json,
  ...projectFlags,
} as const satisfies FlagTable;

export type ImportFlags = FlagValues<typeof importFlags>;

const names = { usage: "[NAME...]", least: 0, most: Number.POSITIVE_INFINITY } as const;

export const weightsImport = defineCommand({
  name: "weights import",
  summary: "Fetch the weights that cog.yaml lists, and push them to the model's repository",
  description:
    "What is new or changed is fetched from its sources, kept on this machine, written into weights.lock and pushed; " +
    "what is there already is not sent again. Without a NAME all weights of cog.yaml are imported.",
  hidden: true,
  arguments: names,
  flags: importFlags,
  examples: [
    { command: "cog weights import", what: "All that is new or changed" },
    { command: "cog weights import --dry-run", what: "What that would be" },
    { command: "cog weights import --local", what: "Only onto this machine; 'cog weights push' sends them later" },
  ],
  async run({ flags, args }, context) {
    const { importCommand } = await import("./weighing.ts");
    return await importCommand(flags, args, context);
  },
});

const pullFlags = { verbose, json, ...projectFlags } as const satisfies FlagTable;

export type PullFlags = FlagValues<typeof pullFlags>;

export const weightsPull = defineCommand({
  name: "weights pull",
  summary: "Fetch the weights of weights.lock onto this machine",
  description: "They come from the model's repository; the sources that they were imported from are not asked.",
  hidden: true,
  arguments: names,
  flags: pullFlags,
  examples: [{ command: "cog weights pull", what: "Whatever is missing here" }],
  async run({ flags, args }, context) {
    const { pullCommand } = await import("./weighing.ts");
    return await pullCommand(flags, args, context);
  },
});

const pushFlags = { verbose, json, ...projectFlags } as const satisfies FlagTable;

export type PushFlags = FlagValues<typeof pushFlags>;

export const weightsPush = defineCommand({
  name: "weights push",
  summary: "Send the weights of weights.lock from this machine to the model's repository",
  description:
    "What is there already is not sent again. The sources are not asked: what is sent was imported or pulled.",
  hidden: true,
  arguments: names,
  flags: pushFlags,
  examples: [
    { command: "cog weights push", what: "After 'cog weights import --local'" },
    { command: "COG_MODEL=registry.example.com/ada/copy cog weights push", what: "To another repository" },
  ],
  async run({ flags, args }, context) {
    const { pushCommand } = await import("./weighing.ts");
    return await pushCommand(flags, args, context);
  },
});

const statusFlags = {
  json: { summary: "Print it as JSON", group: "Output" },
  verbose,
  ...projectFlags,
} as const satisfies FlagTable;

export type StatusFlags = FlagValues<typeof statusFlags>;

export const weightsStatus = defineCommand({
  name: "weights status",
  summary: "Say whether the weights of cog.yaml are imported and in the registry",
  description: "The exit code is 0 only when all of them are ready.",
  hidden: true,
  flags: statusFlags,
  examples: [{ command: "cog weights status", what: "A line for each weight" }],
  async run({ flags }, context) {
    const { statusCommand } = await import("./weighing.ts");
    return await statusCommand(flags, context);
  },
});

const fetchFlags = {
  to: {
    summary: "What is put before every target: / in an image",
    value: "DIR",
    completes: "directory",
    group: "Output",
  },
  repository: {
    summary: "Where they are kept; with the tag or digest of a model, the weights of that model",
    value: "REPOSITORY",
    completes: "nothing",
    env: "COG_WEIGHTS_REPO",
    group: "Input",
  },
  json,
} as const satisfies FlagTable;

export type FetchFlags = FlagValues<typeof fetchFlags>;

export const weightsFetch = defineCommand({
  name: "weights fetch",
  summary: "Bring the weights that an image names to where its model looks for them",
  description:
    "Which they are says .cog/weights.json of the working directory, or of the root, or the file that COG_WEIGHTS_FILE names. " +
    "Each target gets marks that tell a prediction server how far it is. With COG_CACHE_DIR files are kept there, by what " +
    "they hold, for all models of this machine. In images the same is: python -m cog.server.weights_fetch --to /",
  hidden: true,
  arguments: names,
  flags: fetchFlags,
  examples: [
    {
      command: "cog weights fetch --to / --repository registry.example.com/ada/resnet",
      what: "In an image, before its server starts",
    },
  ],
  async run({ flags, args }, context) {
    const { fetchCommand } = await import("./weights-fetching.ts");
    return await fetchCommand(flags, args, context);
  },
});

const listFlags = {
  json: { summary: "Print it as JSON", group: "Output" },
  ...projectFlags,
} as const satisfies FlagTable;

export type ListFlags = FlagValues<typeof listFlags>;

export const weightsList = defineCommand({
  name: "weights list",
  summary: "List the weights that a repository has",
  description: "Of the project's model, or of the REPOSITORY. A weight stays there when another takes its place.",
  hidden: true,
  arguments: { usage: "[REPOSITORY]", least: 0, most: 1 },
  flags: listFlags,
  examples: [
    { command: "cog weights list", what: "Those of the project's model, old ones too" },
    { command: "cog weights list registry.example.com/ada/resnet", what: "Those of another" },
  ],
  async run({ flags, args }, context) {
    const { listCommand } = await import("./weights-looking.ts");
    return await listCommand(flags, args[0], context);
  },
});

export const weightsInspect = defineCommand({
  name: "weights inspect",
  summary: "Show what is in a weight",
  description:
    "A NAME is looked up in weights.lock, a tag (cog-weight.NAME.…) in the model's repository; a REFERENCE names its repository itself.",
  hidden: true,
  arguments: { usage: "NAME|REFERENCE", least: 1, most: 1 },
  flags: listFlags,
  examples: [
    { command: "cog weights inspect base", what: "As it is in weights.lock" },
    {
      command: "cog weights inspect registry.example.com/ada/resnet:cog-weight.base.1f0e2d3c4b5a",
      what: "As a registry has it",
    },
  ],
  async run({ flags, args }, context) {
    const { inspectCommand } = await import("./weights-looking.ts");
    return await inspectCommand(flags, args[0] ?? "", context);
  },
});

const pruneFlags = {
  "max-size": {
    summary: "Only as much as is needed for the rest to fit into it, like 50GB; what was used last stays longest",
    value: "SIZE",
    completes: "nothing",
    check: (value: string) => (SIZE.test(value) ? undefined : "use a number of bytes, or one like 50GB"),
    group: "Output",
  },
  "dry-run": { summary: "Say what would be removed, and remove nothing", group: "Output" },
  json: { summary: "Print it as JSON", group: "Output" },
} as const satisfies FlagTable;

export type PruneFlags = FlagValues<typeof pruneFlags>;

export const weightsPrune = defineCommand({
  name: "weights prune",
  summary: "Remove weights from this machine's cache that no LOCK names",
  description:
    "A LOCK is a weights.lock, or the directory it is in. The cache is that of all projects: name all whose weights shall stay. " +
    "What is removed can be pulled again.",
  hidden: true,
  arguments: { usage: "LOCK...", least: 0, most: Number.POSITIVE_INFINITY, completes: "file" },
  flags: pruneFlags,
  examples: [
    { command: "cog weights prune --dry-run . ../other", what: "What two projects do not need" },
    { command: "cog weights prune --max-size 50GB .", what: "Make room, oldest first" },
  ],
  async run({ flags, args }, context) {
    const { pruneCommand } = await import("./weights-pruning.ts");
    return await pruneCommand(flags, args, context);
  },
});
