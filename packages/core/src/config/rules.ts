/**
 * What must hold in cog.yaml besides the kinds of its values: one row a rule. All rules run, so that all problems
 * are told at once. The words are those that people search for; they are compared with a table in the test.
 */

import type { Finding } from "./problem.ts";
import { concurrencyRules } from "./rules/concurrency.ts";
import { environmentRules } from "./rules/environment.ts";
import { modelRules } from "./rules/model.ts";
import { referenceRules } from "./rules/references.ts";
import type { Rule } from "./rules/rule.ts";
import { runStepRules } from "./rules/run-steps.ts";
import { versionRules } from "./rules/versions.ts";
import { weightRules } from "./rules/weights.ts";
import type { WrittenConfig } from "./shape.ts";

const RULES: readonly Rule[] = [
  ...referenceRules,
  ...versionRules,
  ...runStepRules,
  ...environmentRules,
  ...concurrencyRules,
  ...modelRules,
  ...weightRules,
];

export function checkRules(config: WrittenConfig): readonly Finding[] {
  return RULES.flatMap((rule) => rule(config));
}
