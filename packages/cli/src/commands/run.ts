import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "@cog/core/errors";
import { type CommandContext, defineCommand, type Rerouted } from "./command.ts";
import { dispatchRun } from "./dispatch.ts";
import { exec, publishFlag } from "./exec.ts";
import { globalFlags } from "./global-flags.ts";
import { onlyPredictionFlags, predictionFlags } from "./prediction-flags.ts";
import { UsageError } from "./usage.ts";

export const run = defineCommand({
  name: "run",
  summary: "Run a prediction",
  arguments: { usage: "[IMAGE]", least: 0, most: 1 },
  flags: predictionFlags,
  examples: [
    { command: "cog run -i prompt='a red fox'", what: "Run the model of this directory" },
    { command: "cog run -i image=@photo.jpg -o result.png", what: "A file as input, the output in a file" },
    { command: "cog run my-model -i n=1 --json", what: "Run an image, print the whole result" },
  ],
  reroute,
  async run({ flags, args }, context) {
    const { runPrediction } = await import("./predicting.ts");
    return await runPrediction(flags, { mode: "predict", image: args[0] }, context);
  },
});

const allFlags = { ...predictionFlags, ...publishFlag, ...globalFlags };
const predictionNames = new Set(Object.keys(onlyPredictionFlags));
const execNames = new Set(Object.keys(publishFlag));

/** `cog run` as it was before predictions took the name: a command in the model's environment. */
function reroute(words: readonly string[], { workingDirectory }: CommandContext): Rerouted | undefined {
  const decision = dispatchRun(words, {
    flags: allFlags,
    predictionFlags: predictionNames,
    execFlags: execNames,
    fileExists: (path) => existsSync(resolve(workingDirectory, path)),
  });
  switch (decision.kind) {
    case "exec":
      return {
        command: exec,
        words: [...decision.flags, "--", ...decision.command],
        deprecation: '"cog run <command>" is deprecated, use "cog exec <command>"',
      };
    case "predict":
      return decision.unsure === true ? { command: unsureRun, words } : undefined;
    case "usage-error":
      throw new UsageError(decision.message, "run");
    case "forgot-input":
      throw new UserError("image.invalid", `Invalid image name '${decision.image}'. Did you forget \`-i\`?`, {
        hint: `Write: cog run -i ${decision.image}`,
      });
  }
}

/** The word may be an image or a command: if there is no such image, the error says both. */
const unsureRun = defineCommand({
  ...run,
  async run({ flags, args }, context) {
    const { runPrediction } = await import("./predicting.ts");
    return await runPrediction(flags, { mode: "predict", image: args[0], unsure: true }, context);
  },
});
