/** `build.run`: commands are single lines of a Dockerfile. */
import { type Finding, invalid } from "../problem.ts";
import type { WrittenRunStep } from "../shape.ts";
import type { Rule } from "./rule.ts";

export const runStepRules: readonly Rule[] = [
  ({ build }) => (build?.run ?? []).flatMap((step, index) => runStep(step ?? {}, `build.run.${index}`)),
  ({ build }) =>
    (build?.pre_install ?? []).flatMap((command, index) => oneLine(command ?? "", `build.pre_install.${index}`)),
];

function runStep(step: string | WrittenRunStep, field: string): readonly Finding[] {
  return typeof step === "string" ? oneLine(step, field) : oneLine(step.command ?? "", `${field}.command`);
}

function oneLine(command: string, field: string): readonly Finding[] {
  if (!command.trim().includes("\n")) return [];
  return [
    invalid(
      field,
      undefined,
      "a run command may not contain a new line; make it several commands, or join them with &&",
    ),
  ];
}
