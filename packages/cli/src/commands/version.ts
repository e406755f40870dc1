import { builtAt, commit, version as number } from "@cog/core/version";
import { defineCommand } from "./command.ts";
import { versionLine } from "./version-line.ts";

export const version = defineCommand({
  name: "version",
  summary: "Print the version",
  flags: { json: { summary: "Print it as JSON, with the commit", group: "Output" } },
  examples: [],
  async run({ flags }, { stdout }) {
    stdout.write(flags.json ? `${JSON.stringify({ version: number, built: builtAt, commit })}\n` : versionLine());
    return 0;
  },
});
