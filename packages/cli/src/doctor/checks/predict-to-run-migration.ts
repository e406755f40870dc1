import { CogError } from "@cog/core/errors";
import { type Check, looked } from "../finding.ts";
import { problemsOf } from "../model-problems.ts";
import { planPredictToRun } from "../predict-to-run.ts";
import { unreadable } from "../unreadable.ts";

/** The names of the old era, which work for ever and are explained nowhere any more. */
export const predictToRunMigration: Check = {
  id: "predict-to-run-migration",
  group: "Config",
  title: "Deprecated predict interface names",
  look(subject) {
    if (subject.config instanceof CogError) return unreadable;
    const { warnings } = subject.config.parsed;
    const key = warnings.find(({ kind, field }) => kind === "deprecated" && field === "predict");
    if (key === undefined) return looked(problemsOf(subject, "names"));
    const plan = planPredictToRun(subject);
    const { message, place } = key;
    return looked([
      plan.kind === "ready"
        ? { severity: "warning", message, place, fixable: true }
        : { severity: "warning", message, place, remedy: `Rename it by hand: ${plan.because}.` },
    ]);
  },
  fix(subject) {
    const plan = planPredictToRun(subject);
    if (plan.kind === "ready") plan.apply();
  },
};
