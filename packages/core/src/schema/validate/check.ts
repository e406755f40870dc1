/** Checks inputs against a component of the document, by a function that Ajv makes once. */
import { isJsonObject, type Json, type JsonObject, rounded } from "@cog/core/json";
import type { ErrorObject } from "ajv";
import { propertiesOf, requiredOf } from "../document/references.ts";
import { validationSchema } from "./json-schema.ts";
import { type CompilePattern, patternCompilerFor } from "./pattern.ts";
import type { Violation } from "./violation.ts";

export type Component = "Input" | "TrainingInput";

/** What a component of the document says about inputs. */
export interface Inputs {
  /** The inputs' properties, references replaced. */
  readonly properties: ReadonlyMap<string, JsonObject>;
  readonly required: readonly string[];
  /** False when the document says nothing about inputs: then everything passes. */
  readonly known: boolean;
  /** The required inputs that are not there. */
  missing(input: JsonObject): readonly Violation[];
}

export interface Check extends Inputs {
  /** Checks the values that are there. */
  values(input: JsonObject): readonly Violation[];
}

/** A model that only trains takes the same input at /predictions, and the other way round. */
const candidates = { Input: ["Input", "TrainingInput"], TrainingInput: ["TrainingInput", "Input"] } as const;

export function inputsOf(document: JsonObject, component: Component): Inputs {
  const present = candidates[component].find((name) => propertiesOf(document, name) !== undefined);
  const required = present ? requiredOf(document, present) : [];
  return {
    properties: new Map(Object.entries((present && propertiesOf(document, present)) ?? {})),
    required,
    known: present !== undefined,
    missing: (input) =>
      required.filter((name) => !Object.hasOwn(input, name)).map((name) => ({ rule: "missing", input: name })),
  };
}

/** Ajv and the pattern engine are loaded here, not with the module: reading and writing documents needs neither. */
export async function compileCheck(document: JsonObject, component: Component): Promise<Check> {
  const inputs = inputsOf(document, component);
  const properties = Object.fromEntries(inputs.properties);
  const compilePattern = await patternCompilerFor(Object.values(properties));
  const validate = await compile(properties, compilePattern);
  return {
    ...inputs,
    values: (input) => (validate(rounded(input)) ? [] : violationsOf(validate.errors ?? [], input, properties)),
  };
}

async function compile(properties: Readonly<Record<string, JsonObject>>, compilePattern: CompilePattern | undefined) {
  const { createAjv } = await import("./ajv.ts");
  const schemas = Object.entries(properties).map(([name, property]) => [name, validationSchema(property)]);
  return createAjv(compilePattern).compile<unknown>(
    rounded({ type: "object", properties: Object.fromEntries(schemas) }) as JsonObject,
  );
}

function violationsOf(
  errors: readonly ErrorObject[],
  input: JsonObject,
  properties: Readonly<Record<string, JsonObject>>,
): readonly Violation[] {
  return errors
    .map((error) => ({ error, schema: segments(error.schemaPath), at: segments(error.instancePath) }))
    .filter(({ schema }) => !isInsideUnion(schema))
    .sort((a, b) => compare(a.at, b.at) || compare(a.schema, b.schema))
    .flatMap(({ error, at: [name = "", ...path] }) => {
      const violation = violationOf(error);
      const secret = properties[name]?.["writeOnly"] === true;
      const value = secret ? undefined : valueAt(input, [name, ...path]);
      return violation ? [{ ...violation, input: name, path: path.map(indexOrKey), value }] : [];
    });
}

type Rule<V = Violation> = V extends { readonly rule: "missing" } ? never : Omit<V, "input" | "path" | "value">;

function violationOf({ keyword, params }: ErrorObject): Rule | undefined {
  switch (keyword) {
    case "type":
      return { rule: "type", expected: String(params["type"]) };
    case "minimum":
    case "maximum":
    case "minLength":
    case "maxLength":
      return { rule: keyword, limit: params["limit"] };
    case "pattern":
      return { rule: "pattern", pattern: params["pattern"] };
    case "enum":
      return { rule: "choices", choices: params["allowedValues"] };
    case "anyOf":
      return { rule: "union" };
    default:
      return undefined;
  }
}

/** What one member of a union refuses matters only when all do, and then the union says so. */
function isInsideUnion(schemaPath: readonly string[]): boolean {
  // #, properties, <name>, then keywords
  return schemaPath.slice(3, -1).includes("anyOf");
}

function segments(pointer: string): string[] {
  const parts = pointer.split("/").map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));
  return parts[0] === "" ? parts.slice(1) : parts;
}

function indexOrKey(segment: string): string | number {
  return /^\d+$/.test(segment) ? Number(segment) : segment;
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [indexOrKey(a[i] ?? ""), indexOrKey(b[i] ?? "")];
    if (x !== y) return x < y ? -1 : 1;
  }
  return a.length - b.length;
}

function valueAt(root: Json, path: readonly string[]): Json | undefined {
  let value: Json | undefined = root;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isJsonObject(value) ? value[key] : undefined;
  }
  return value;
}
