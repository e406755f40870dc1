import { defineCommand } from "./command.ts";
import { runFlags } from "./prediction-flags.ts";

export const predict = defineCommand({
  name: "predict",
  summary: "Run a prediction (deprecated: use cog run)",
  hidden: true,
  deprecation: '"cog predict" is deprecated, use "cog run"',
  arguments: { usage: "[IMAGE]", least: 0, most: 1, completes: "image" },
  flags: runFlags,
  examples: [{ command: "cog predict -i image=@photo.jpg", what: "The same as cog run" }],
  async run({ flags, args }, context) {
    const { runPrediction } = await import("./predicting.ts");
    return await runPrediction(flags, { ...flags, mode: "predict", image: args[0] }, context);
  },
});
