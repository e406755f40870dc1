/**
 * A quick yes for values that are plainly fine, which nearly all are: the command line looks at one input and then ends,
 * and loading and running Ajv would take longer than all the rest of its work. "No" here means "ask Ajv": what is wrong
 * with a value, and everything that is not obvious (patterns, keywords we do not write), is decided there alone.
 */
import { isJsonObject, type Json, type JsonObject } from "@cog/core/json";

type Test = (value: Json, argument: Json) => boolean;

/** True only when the value certainly satisfies the keyword. */
const tests: Readonly<Record<string, Test>> = {
  type: (value, type) => isOfType(value, type),
  minimum: (value, limit) => typeof value === "number" && typeof limit === "number" && value >= limit,
  maximum: (value, limit) => typeof value === "number" && typeof limit === "number" && value <= limit,
  minLength: (value, limit) => typeof value === "string" && typeof limit === "number" && [...value].length >= limit,
  maxLength: (value, limit) => typeof value === "string" && typeof limit === "number" && [...value].length <= limit,
  enum: (value, choices) => !isStructure(value) && Array.isArray(choices) && choices.includes(value),
  items: (value, items) => Array.isArray(value) && value.every((item: Json) => isPlainlyValid(item, items)),
  allOf: (value, parts) => Array.isArray(parts) && parts.every((part: Json) => isPlainlyValid(value, part)),
  anyOf: (value, parts) => Array.isArray(parts) && parts.some((part: Json) => isPlainlyValid(value, part)),
};

/** Keywords that describe, and decide nothing about a value. */
const descriptive = new Set(["title", "description", "default", "deprecated", "format", "nullable", "writeOnly"]);

export function isPlainlyValid(value: Json, schema: Json): boolean {
  return isJsonObject(schema) && Object.entries(schema).every(([keyword, argument]) => holds(value, keyword, argument));
}

function holds(value: Json, keyword: string, argument: Json): boolean {
  if (descriptive.has(keyword) || keyword.startsWith("x-")) return true;
  const test = Object.hasOwn(tests, keyword) ? tests[keyword] : undefined;
  return test?.(value, argument) === true;
}

function isOfType(value: Json, type: Json): boolean {
  switch (type) {
    case "string":
    case "boolean":
      return typeof value === type;
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isJsonObject(value);
    default:
      return false;
  }
}

function isStructure(value: Json): value is readonly Json[] | JsonObject {
  return typeof value === "object" && value !== null;
}
