import { CogError } from "@cog/core/errors";
import { planPredictToRun } from "../predict-to-run.ts";
import { type MigrationStep, NOTHING } from "./migration.ts";

/** The doctor's own fix, which here is only offered: the old names work. */
export const predictToRunStep: MigrationStep = {
  id: "predict-to-run",
  plan(subject) {
    const { config } = subject;
    if (config instanceof CogError || config.parsed.config?.predict === undefined) return NOTHING;
    const place = config.parsed.placeOf("predict");
    if (!config.parsed.warnings.some(({ kind, field }) => kind === "deprecated" && field === "predict")) return NOTHING;
    const plan = planPredictToRun(subject);
    if (plan.kind === "refused") return plan;
    const what = "Rename predict.py, Predictor and predict() to run.py, Runner and run()";
    return { kind: "ready", what, places: [place], apply: () => plan.apply() };
  },
};
