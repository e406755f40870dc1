/** Which model to serve: the environment says (images), else cog.yaml in the working directory. */
import { readFile } from "node:fs/promises";
import type { CogConfig } from "@cog/core/config";
import { UserError } from "@cog/core/errors";
import type { Environment, Settings } from "#settings";

const CONFIG = "cog.yaml";

/** What workers need to know beyond the environment. */
export async function modelEnvironment(settings: Settings): Promise<Environment> {
  const { mode, predictorRef, trainRef } = settings;
  const variable = mode === "train" ? "COG_TRAIN_TYPE_STUB" : "COG_PREDICT_TYPE_STUB";
  const shared = mode === "train" ? { COG_X_MODE: "train" } : {};
  if ((mode === "train" ? trainRef : predictorRef) !== undefined) return shared;
  const found = await readConfig();
  const ref = mode === "train" ? found?.train : found?.predict;
  if (ref === undefined) {
    throw new UserError("model.missing", `No model to serve: ${variable} is not set.`, {
      hint: `Set it to file.py:Name, or write ${mode === "train" ? "train" : "run"}: into ${CONFIG} in the working directory.`,
    });
  }
  const max = found?.concurrency.max;
  const concurrency =
    max === undefined || "COG_MAX_CONCURRENCY" in settings.environment ? {} : { COG_MAX_CONCURRENCY: String(max) };
  // The file that names the one function names the other too.
  const train = mode === "predict" && trainRef === undefined ? found?.train : undefined;
  return { ...shared, ...concurrency, ...(train === undefined ? {} : { COG_TRAIN_TYPE_STUB: train }), [variable]: ref };
}

async function readConfig(): Promise<CogConfig | undefined> {
  let text: string;
  try {
    text = await readFile(CONFIG, "utf8");
  } catch {
    return undefined; // No file: the caller says what is missing.
  }
  const { parseConfig } = await import("@cog/core/config");
  const { config, problems } = parseConfig(text, { file: CONFIG });
  const [problem] = problems;
  if (problem !== undefined) throw new UserError("config.invalid", problem.message, { place: problem.place });
  return config;
}
