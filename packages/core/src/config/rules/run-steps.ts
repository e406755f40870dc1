/** `build.run`: commands, and the secrets mounted for them. */
import { type Finding, invalid } from "../problem.ts";
import type { WrittenRunStep } from "../shape.ts";
import type { Rule } from "./rule.ts";

export const runStepRules: readonly Rule[] = [
  ({ build }) => (build?.run ?? []).flatMap((step, index) => runStep(step ?? {}, `build.run.${index}`)),
  ({ build }) =>
    (build?.pre_install ?? []).flatMap((command, index) => oneLine(command ?? "", `build.pre_install.${index}`)),
];

function runStep(step: string | WrittenRunStep, field: string): readonly Finding[] {
  if (typeof step === "string") return oneLine(step, field);
  return [
    ...(step.command ? oneLine(step.command, `${field}.command`) : [missing(field, "command")]),
    ...(step.mounts ?? []).flatMap((mount, index) => mountOf(mount ?? {}, `${field}.mounts.${index}`)),
  ];
}

type Mount = NonNullable<WrittenRunStep["mounts"]>[number];

function mountOf({ type, id, target }: Mount, field: string): readonly Finding[] {
  return [
    ...(type === "secret"
      ? []
      : [{ field: `${field}.type`, message: `schema error in "${field}.type": must be "secret"` }]),
    ...(id ? [] : [missing(field, "id")]),
    ...(target ? [] : [missing(field, "target")]),
  ];
}

function missing(field: string, key: string): Finding {
  return { field, message: `schema error in "${field}": ${key} is required` };
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
