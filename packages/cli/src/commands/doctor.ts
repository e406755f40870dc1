import { defineCommand, type FlagTable, type FlagValues } from "./command.ts";
import { projectFlags } from "./shared-flags.ts";

const flags = {
  fix: { summary: "Mend what can be mended" },
  json: { summary: "Print the findings as JSON", group: "Output" },
  ...projectFlags,
} as const satisfies FlagTable;

export type DoctorFlags = FlagValues<typeof flags>;

export const doctor = defineCommand({
  name: "doctor",
  summary: "Check the project and this machine, and mend what can be mended",
  flags,
  examples: [
    { command: "cog doctor", what: "Look, and change nothing" },
    { command: "cog doctor --fix", what: "Mend: old names, imports that are gone, workarounds" },
  ],
  async run({ flags: given }, context) {
    const { examineProject } = await import("./examining.ts");
    return await examineProject(given, context);
  },
});
