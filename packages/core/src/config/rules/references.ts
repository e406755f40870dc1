/** `run`, `predict` and `train`: where the model's code is. */
import { type Finding, invalid } from "../problem.ts";
import type { Rule } from "./rule.ts";

const EXAMPLES = { run: "run.py:Runner", predict: "predict.py:Predictor", train: "train.py:Trainer" } as const;

export const referenceRules: readonly Rule[] = [
  ({ run, predict }) => (run && predict ? [invalid("run", undefined, "only one of run or predict can be set")] : []),
  (config) =>
    Object.entries(EXAMPLES).flatMap(([field, example]) =>
      reference(field, config[field as keyof typeof EXAMPLES], example),
    ),
];

function reference(field: string, value: string | undefined, example: string): readonly Finding[] {
  if (!value || value.split(".py:").length === 2) return [];
  return [invalid(field, value, `must be in the form "${example}": a file and the class or function in it`)];
}
