import type { FlagTable, FlagValues } from "./command.ts";
import { defineCommand } from "./command.ts";

const flags = {
  template: {
    summary: "Which model to start from; image if not given",
    value: "NAME",
    choices: ["image", "text", "llm", "train"],
  },
  predict: { summary: "Write predict.py with a Predictor, the older names" },
  json: { summary: "Print what was written as JSON", group: "Output" },
} as const satisfies FlagTable;

export type InitFlags = FlagValues<typeof flags>;

export const init = defineCommand({
  name: "init",
  summary: "Write starter files for a model",
  description:
    "Nothing is overwritten. In a folder that has a model, requirements (requirements.txt, uv.lock or pyproject.toml) or a " +
    ".python-version, cog.yaml is written for those.",
  arguments: { usage: "[DIRECTORY]", least: 0, most: 1, completes: "directory" },
  flags,
  examples: [
    { command: "cog init", what: "In the current directory" },
    { command: "cog init --template llm my-model", what: "A language model, in a new directory" },
  ],
  async run({ flags: given, args }, context) {
    const { startProject } = await import("./starting.ts");
    await startProject(given, args[0] ?? ".", context);
    return 0;
  },
});
