/** Typed text → the value that the input's schema wants. What does not fit stays text, for the checker to name. */
import { UserError } from "@cog/core/errors";
import { isJsonObject, type Json, type JsonObject, parseJson, wholeNumber } from "@cog/core/json";
import { type FileReading, looksForgotten, readInputFile } from "./files.ts";
import type { TypedInput } from "./parse.ts";
import { itemsOf, membersOf, takesText, wantedType } from "./property.ts";

export function coerceInput(input: TypedInput, schema: JsonObject | undefined, reading: FileReading): Json {
  const { name, values } = input;
  const [first = ""] = values;
  const type = wantedType(schema);
  const one = (value: string, wanted: JsonObject | undefined) => coerceOne(name, value, wanted, reading);
  if (values.length > 1) {
    const items = type === "array" ? itemsOf(schema) : type === "union" ? schema : undefined;
    return values.map((value) => one(value, items));
  }
  if (type !== "array") return one(first, schema);
  return jsonOf(first, Array.isArray) ?? [one(first, itemsOf(schema))];
}

function coerceOne(name: string, value: string, schema: JsonObject | undefined, reading: FileReading): Json {
  if (value.startsWith("@")) return readInputFile(name, value.slice(1), { ...reading, asText: takesText(schema) });
  if (wantedType(schema) === "file" && looksForgotten(value, reading)) {
    throw new UserError("input.file", `input "${name}": ${value} is a local file; did you mean -i ${name}=@${value}?`, {
      hint: "Without the @ it is sent as it is, and the model cannot see your files.",
    });
  }
  return coerceScalar(value, schema) ?? value;
}

function coerceScalar(value: string, schema: JsonObject | undefined): Json | undefined {
  switch (wantedType(schema)) {
    case "integer":
      return integerOf(value);
    case "number":
      return numberOf(value);
    case "boolean":
      return booleanOf(value);
    case "object":
    case "array":
      return jsonOf(value, (json) => isJsonObject(json) || Array.isArray(json));
    case "union":
      return schema === undefined ? undefined : memberValue(value, membersOf(schema));
    default:
      return undefined;
  }
}

/** The narrowest member that takes the text. */
function memberValue(value: string, members: readonly JsonObject[]): Json | undefined {
  for (const type of ["boolean", "integer", "number", "array", "object"] as const) {
    const member = members.find((candidate) => wantedType(candidate) === type);
    const coerced = member === undefined ? undefined : coerceScalar(value, member);
    if (coerced !== undefined) return coerced;
  }
  return undefined;
}

function integerOf(text: string): Json | undefined {
  return /^[-+]?\d+$/.test(text) ? wholeNumber(BigInt(text.replace("+", ""))) : undefined;
}

function numberOf(text: string): Json | undefined {
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return undefined;
  const value = Number(text);
  // JSON has no infinity.
  return integerOf(text) ?? (Number.isFinite(value) ? value : undefined);
}

function booleanOf(text: string): Json | undefined {
  return text === "true" ? true : text === "false" ? false : undefined;
}

function jsonOf(text: string, accepts: (value: unknown) => boolean): Json | undefined {
  try {
    const value = parseJson(text);
    return accepts(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
