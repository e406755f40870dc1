/** Input validation as the command line does it, before anything is built: unknown names are problems too. */
import type { Json, JsonObject } from "@cog/core/json";
import { closest } from "@cog/core/spelling";
import { type Component, compileCheck, inputsOf } from "./check.ts";
import { isPlainlyValid } from "./plainly-valid.ts";
import type { Violation } from "./violation.ts";

export type CheckedInput =
  | { readonly ok: true; readonly input: JsonObject }
  | {
      readonly ok: false;
      /** `input.unknown` (always alone), `input.missing` or `input.invalid`: that of the first problem. */
      readonly code: "input.unknown" | "input.missing" | "input.invalid";
      /** One sentence each, in the order to show them. */
      readonly problems: readonly string[];
      /** All of them as one text. */
      readonly message: string;
      readonly hint?: string;
    };

/**
 * Checks an input against `components.schemas.Input` (or `TrainingInput`) for the command line and for forms. Ajv is
 * only asked about values that are not plainly fine.
 */
export async function checkInputFor(
  document: JsonObject,
  component: Component,
  input: JsonObject,
): Promise<CheckedInput> {
  const inputs = inputsOf(document, component);
  if (!inputs.known) return { ok: true, input };
  const property = (name: string): JsonObject => inputs.properties.get(name) ?? {};
  const unknown = Object.keys(input).filter((name) => !inputs.properties.has(name));
  if (unknown.length > 0) return describeUnknown(unknown.sort(), [...inputs.properties.keys()].sort());
  // null means "omitted" for a nullable input.
  const kept = Object.entries(input).filter(([name, value]) => value !== null || property(name)["nullable"] !== true);
  const given = Object.fromEntries(kept);
  const missing = inputs.missing(input);
  const fine = kept.every(([name, value]) => isPlainlyValid(value, property(name)));
  const violations = [...missing, ...(fine ? [] : (await compileCheck(document, component)).values(given))];
  if (violations.length === 0) return { ok: true, input: given };
  const code = missing.length > 0 ? "input.missing" : "input.invalid";
  return failure(code, sentences(violations, inputs.properties));
}

function describeUnknown(unknown: readonly string[], names: readonly string[]): CheckedInput {
  const subject = `unknown input${unknown.length > 1 ? "s" : ""} ${unknown.map((name) => `"${name}"`).join(", ")}`;
  const valid = names.length > 0 ? `valid inputs are: ${names.join(", ")}` : "model does not accept inputs";
  const guesses = unknown.map((name) => closest(name, names)).filter((guess) => guess !== undefined);
  const result = failure("input.unknown", [`${subject}; ${valid}`]);
  return guesses.length > 0 ? { ...result, hint: `Did you mean ${guesses.map((g) => `"${g}"`).join(", ")}?` } : result;
}

function failure(code: "input.unknown" | "input.missing" | "input.invalid", problems: readonly string[]) {
  const message =
    problems.length === 1
      ? `${problems[0]}`
      : ["input validation failed:", ...problems.map((p) => `- ${p}`)].join("\n");
  return { ok: false, code, problems, message } as const;
}

/** One sentence for each place: a value that is not among the choices need not also be told its type. */
function sentences(violations: readonly Violation[], properties: ReadonlyMap<string, JsonObject>): readonly string[] {
  const said = new Map<string, string>();
  for (const violation of violations) {
    const place = violation.rule === "missing" ? violation.input : [violation.input, ...violation.path].join(".");
    if (said.has(place)) continue;
    said.set(
      place,
      violation.rule === "missing"
        ? `missing required input "${place}"`
        : `invalid input "${place}": ${messageOf(violation, properties)}`,
    );
  }
  return [...said.values()];
}

type ValueViolation = Exclude<Violation, { rule: "missing" }>;

function messageOf(violation: ValueViolation, properties: ReadonlyMap<string, JsonObject>): string {
  if (violation.value === null) return "must not be null (omit the input to use its default)";
  switch (violation.rule) {
    case "type":
      return `expected ${violation.expected}, got ${typeName(violation.value)}`;
    case "minimum":
      return `number must be at least ${violation.limit}`;
    case "maximum":
      return `number must be at most ${violation.limit}`;
    case "minLength":
      return `minimum string length is ${violation.limit}`;
    case "maxLength":
      return `maximum string length is ${violation.limit}`;
    case "pattern":
      return `string doesn't match the regular expression "${violation.pattern}"`;
    case "choices":
      return `must be one of: ${violation.choices.join(", ")}`;
    case "union":
      return `expected ${memberTypes(properties.get(violation.input))}, got ${typeName(violation.value)}`;
    case "url":
      return "expected a URL";
  }
}

function memberTypes(property: JsonObject | undefined): string {
  const members = property?.["anyOf"];
  const types = Array.isArray(members) ? members.map((member: JsonObject) => String(member["type"] ?? "any")) : [];
  return types.join(" or ");
}

function typeName(value: Json | undefined): string {
  if (value === null) return "null";
  if (value === undefined) return "another type"; // a secret's value is not looked at
  return Array.isArray(value) ? "array" : typeof value;
}
