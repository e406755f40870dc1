/** `cog weights import`, `pull` and `status`. */
import { defineCommand, type FlagTable, type FlagValues } from "./command.ts";
import { projectFlags } from "./shared-flags.ts";

const verbose = { summary: "Also every file and layer", short: "v", group: "Output" } as const;

const importFlags = {
  "dry-run": { summary: "Say what would be done, and do nothing", group: "Output" },
  verbose,
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
  ],
  async run({ flags, args }, context) {
    const { importCommand } = await import("./weighing.ts");
    return await importCommand(flags, args, context);
  },
});

const pullFlags = { verbose, ...projectFlags } as const satisfies FlagTable;

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
