import type { FlagTable } from "./command.ts";
import { defineCommand } from "./command.ts";

const initFlags = {
  template: {
    summary: "Which model to start from: text, image or train",
    value: "NAME",
    default: "text",
    check: (value) => (["text", "image", "train"].includes(value) ? undefined : "expected text, image or train"),
  },
  predict: { summary: "The names of the old era: predict.py with a Predictor" },
} as const satisfies FlagTable;

export const init = defineCommand({
  name: "init",
  summary: "Write starter files for a model",
  arguments: { usage: "[DIRECTORY]", least: 0, most: 1 },
  flags: initFlags,
  examples: [
    { command: "cog init", what: "In the current directory; nothing is overwritten" },
    { command: "cog init --template image my-model", what: "An image model in a new directory" },
  ],
  async run({ flags, args }, { workingDirectory, report }) {
    const { writeStarterFiles } = await import("./starting.ts");
    writeStarterFiles({
      template: flags.template,
      oldEra: flags.predict,
      directory: args[0] ?? ".",
      workingDirectory,
      report,
    });
    return 0;
  },
});
