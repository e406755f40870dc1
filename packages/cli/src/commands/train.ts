import { defineCommand } from "./command.ts";
import { predictionFlags } from "./prediction-flags.ts";

export const train = defineCommand({
  name: "train",
  summary: "Run a training (deprecated)",
  hidden: true,
  deprecation: 'Command "train" is deprecated, trainings still run',
  arguments: { usage: "[IMAGE]", least: 0, most: 1, completes: "image" },
  flags: predictionFlags,
  examples: [{ command: "cog train -i steps=100", what: "Train, and put the weights into ./weights" }],
  async run({ flags, args }, context) {
    const { runPrediction } = await import("./predicting.ts");
    return await runPrediction(flags, { mode: "train", image: args[0] }, context);
  },
});
