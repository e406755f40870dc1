import { defineCommand, type FlagTable, type FlagValues } from "./command.ts";
import { projectFlags } from "./shared-flags.ts";

const flags = {
  y: { summary: "Do not ask: take every step but the renaming", short: "y" },
  "to-run": { summary: "Rename predict.py, Predictor and predict() too" },
  "dry-run": { summary: "Print the changes as a diff, and write nothing" },
  ...projectFlags,
} as const satisfies FlagTable;

export type MigrateFlags = FlagValues<typeof flags>;

export const migrate = defineCommand({
  name: "migrate",
  summary: "Bring an older project to what is written today",
  hidden: true,
  flags,
  examples: [
    { command: "cog migrate --dry-run", what: "Look at the changes first" },
    { command: "cog migrate -y --to-run", what: "All of it, without questions" },
  ],
  async run({ flags: given }, context) {
    const { migrateProject } = await import("./migrating.ts");
    await migrateProject(given, context);
    return 0;
  },
});
