import { defineCommand } from "./command.ts";
import { versionLine } from "./version-line.ts";

export const version = defineCommand({
  name: "version",
  summary: "Print the version",
  flags: {},
  examples: [],
  async run(_call, { stdout }) {
    stdout.write(versionLine());
    return 0;
  },
});
