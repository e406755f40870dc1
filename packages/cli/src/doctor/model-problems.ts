/** What the reader of Python says about the model, each problem for the one check that it belongs to. */
import { CogError, type Place } from "@cog/core/errors";
import type { Problem, ProblemCode } from "#python";
import type { Finding } from "./finding.ts";
import type { Subject } from "./subject.ts";

type Owner = "reference" | "annotations" | "interface" | "optional" | "names";

const OWNERS: Readonly<Partial<Record<ProblemCode, Owner>>> = {
  "schema.reference": "reference",
  "schema.source_missing": "reference",
  "schema.target_not_found": "reference",
  "schema.method_not_found": "reference",
  "schema.missing_return_type": "annotations",
  "schema.implicit_optional": "optional",
  "schema.deprecated_predict": "names",
};

export function problemsOf(subject: Subject, owner: Owner): readonly Finding[] {
  const read = subject.interface;
  if (read === undefined) return [];
  const mine = ({ code }: Problem) => (OWNERS[code] ?? "interface") === owner;
  const problems = read.ok ? [] : read.problems;
  return [
    ...problems.filter(mine).map((problem) => finding(subject, problem, owner === "annotations" ? "warning" : "error")),
    ...read.warnings.filter(mine).map((problem) => finding(subject, problem, "warning")),
    ...read.hints.filter(mine).map((problem) => finding(subject, problem, "hint")),
  ];
}

function finding(subject: Subject, problem: Problem, severity: Finding["severity"]): Finding {
  const { code, message, hint, reference, place } = problem;
  return {
    severity,
    code,
    message,
    remedy: hint,
    place: reference === undefined ? place : (keyOf(subject, reference) ?? place),
  };
}

/** Where cog.yaml names it: the key has another name in each era. */
function keyOf({ config }: Subject, mode: "predict" | "train"): Place | undefined {
  if (config instanceof CogError) return undefined;
  const fields = mode === "train" ? ["train"] : ["run", "predict"];
  return fields.map((field) => config.parsed.placeOf(field)).find(({ line }) => line !== undefined);
}
