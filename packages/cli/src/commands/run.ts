import { resolve } from "node:path";
import { UserError } from "@cog/core/errors";
import { defineCommand, type Rerouted } from "./command.ts";
import { dispatchRun } from "./dispatch.ts";
import { exec, publishFlag } from "./exec.ts";
import { globalFlags } from "./global-flags.ts";
import { isFile } from "./is-file.ts";
import { onlyPredictionFlags, onlyRunFlags, runFlags } from "./prediction-flags.ts";
import { UsageError } from "./usage.ts";
import { readWords } from "./words.ts";

export const run = defineCommand({
  name: "run",
  summary: "Run a prediction",
  arguments: { usage: "[IMAGE]", least: 0, most: 1, completes: "image" },
  flags: runFlags,
  examples: [
    { command: "cog run -i prompt='a red fox'", what: "Run the model of this directory" },
    { command: "cog run -i image=@photo.jpg -o result.png", what: "A file as input, the output in a file" },
    { command: "cog run --keep -i prompt='a hen'", what: "Leave the model up: the next run starts at once" },
    { command: "cog run my-model -i n=1 --json", what: "Run an image, print the whole result" },
  ],
  reroute,
  async run({ flags, args }, context) {
    const { runPrediction } = await import("./predicting.ts");
    return await runPrediction(flags, { ...flags, mode: "predict", image: args[0] }, context);
  },
});

const allFlags = { ...runFlags, ...publishFlag, ...globalFlags };
const predictionNames = new Set(Object.keys({ ...onlyPredictionFlags, ...onlyRunFlags }));
const execNames = new Set(Object.keys(publishFlag));

/** `cog run` as it was before predictions took the name: a command in the model's environment. */
async function reroute(words: readonly string[], workingDirectory: string): Promise<Rerouted | undefined> {
  const places = await placesOf(words, workingDirectory);
  const decision = dispatchRun(words, {
    flags: allFlags,
    predictionFlags: predictionNames,
    execFlags: execNames,
    // Folders do not count: one that is named as an image is often there.
    fileExists: (path) => places.some((place) => isFile(resolve(place, path))),
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

/** Where a word may name a file: here, and in the project that is above here. */
async function placesOf(argv: readonly string[], workingDirectory: string): Promise<readonly string[]> {
  const words = readWords(argv, { flags: allFlags });
  if (!words.some(({ kind }) => kind === "positional")) return [];
  const { findProject } = await import("#project");
  const given = words.find((word) => word.kind === "flag" && word.name === "file");
  try {
    const file = given?.kind === "flag" ? given.value : runFlags.file.default;
    return [workingDirectory, findProject(workingDirectory, file).directory];
  } catch {
    // An image needs no project; a command that does says so later.
    return [workingDirectory];
  }
}

/** The word may be an image or a command: if there is no such image, the error says both. */
const unsureRun = defineCommand({
  ...run,
  async run({ flags, args }, context) {
    const { runPrediction } = await import("./predicting.ts");
    return await runPrediction(flags, { ...flags, mode: "predict", image: args[0], unsure: true }, context);
  },
});
