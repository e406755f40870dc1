/** Input validation as the prediction server does it: strict about values, silent about unknown names. */
import { type JsonObject, jsonText } from "@cog/core/json";
import { type Check, type Component, compileCheck } from "./check.ts";
import { notUrls } from "./url.ts";
import type { Violation } from "./violation.ts";

export interface InputProblem {
  readonly loc: readonly string[];
  readonly msg: string;
  readonly type: string;
}

export type ValidatedInput =
  | { readonly ok: true; readonly input: JsonObject; readonly dropped: readonly string[] }
  | { readonly ok: false; readonly problems: readonly InputProblem[] };

export type InputValidator = (input: JsonObject) => ValidatedInput;

export interface ValidatorOptions {
  /** Whether a file input may be a plain path. Off: a remote caller must not make the model open files of its host. */
  readonly localPaths: boolean;
}

/**
 * Compiles the validator of `components.schemas.Input` (or `TrainingInput`). What passes comes back without unknown
 * names (listed in `dropped`), without nulls that mean "omitted", and with null for the nullable inputs that nobody
 * else gives a value.
 */
export async function compileInputValidator(
  document: JsonObject,
  component: Component,
  options: ValidatorOptions = { localPaths: true },
): Promise<InputValidator> {
  const check = await compileCheck(document, component);
  if (!check.known) return (input) => ({ ok: true, input, dropped: [] });
  const nullable = nullableOf(check);
  const filled = [...nullable].filter((name) => !isRequired(check, name) && !hasDefault(check, name));
  return (input) => {
    const { given, nulls, dropped } = sortOut(input, check, nullable);
    const local = options.localPaths ? [] : notUrls(given, check.properties);
    const missing = check.missing(input);
    const violations = [...check.values(given), ...local, ...missing];
    if (violations.length > 0) return { ok: false, problems: violations.map(problemOf) };
    const absent = filled.filter((name) => !Object.hasOwn(given, name));
    if (absent.length === 0 && nulls.length === 0) return { ok: true, input: given, dropped };
    const nullEntries = [...nulls.filter((name) => isRequired(check, name)), ...absent].map((name) => [name, null]);
    return { ok: true, input: { ...given, ...Object.fromEntries(nullEntries) }, dropped };
  };
}

function nullableOf(check: Check): ReadonlySet<string> {
  return new Set([...check.properties].filter(([, property]) => property["nullable"] === true).map(([name]) => name));
}

function isRequired(check: Check, name: string): boolean {
  return check.required.includes(name);
}

function hasDefault(check: Check, name: string): boolean {
  return check.properties.get(name)?.["default"] !== undefined;
}

/** Parts the values to check from unknown names and from nulls that a nullable input may have. Copies only if it must. */
function sortOut(input: JsonObject, check: Check, nullable: ReadonlySet<string>) {
  const dropped: string[] = [];
  const nulls: string[] = [];
  for (const name of Object.keys(input)) {
    if (!check.properties.has(name)) dropped.push(name);
    else if (input[name] === null && nullable.has(name)) nulls.push(name);
  }
  if (dropped.length === 0 && nulls.length === 0) return { given: input, nulls, dropped };
  const left = new Set([...dropped, ...nulls]);
  const given = Object.fromEntries(Object.entries(input).filter(([name]) => !left.has(name)));
  return { given, nulls, dropped };
}

function problemOf(violation: Violation): InputProblem {
  const path = violation.rule === "missing" ? [] : violation.path;
  return {
    loc: ["body", "input", [violation.input, ...path].join("/")],
    msg: messageOf(violation),
    type: violation.rule === "missing" ? "value_error.missing" : "value_error",
  };
}

/** Clients print these, so they read as Cog's do. */
function messageOf(violation: Violation): string {
  switch (violation.rule) {
    case "missing":
      return "Field required";
    case "type":
      return `${shown(violation)} is not of type "${violation.expected}"`;
    case "minimum":
      return `${shown(violation)} is less than the minimum of ${violation.limit}`;
    case "maximum":
      return `${shown(violation)} is greater than the maximum of ${violation.limit}`;
    case "minLength":
      return `${shown(violation)} is shorter than ${characters(violation.limit)}`;
    case "maxLength":
      return `${shown(violation)} is longer than ${characters(violation.limit)}`;
    case "pattern":
      return `${shown(violation)} does not match ${JSON.stringify(violation.pattern)}`;
    case "choices":
      return `${shown(violation)} is not one of ${jsonText(violation.choices)}`;
    case "union":
      return `${shown(violation)} is not valid under any of the schemas listed in the 'anyOf' keyword`;
    case "url":
      return `${shown(violation)} is not a URL: a file is given as an http(s) or data URL`;
  }
}

function shown({ value }: Exclude<Violation, { rule: "missing" }>): string {
  return value === undefined ? '"**********"' : shorten(JSON.stringify(value));
}

/** A wrong value may be a whole file; its beginning says enough. */
function shorten(text: string): string {
  return text.length > 1000 ? `${text.slice(0, 1000)}…` : text;
}

function characters(count: number): string {
  return count === 1 ? "1 character" : `${count} characters`;
}
