/** An input in words, for tables and error messages: "whole number, 1 to 10, default 3". */
import { jsonText } from "@cog/core/json";
import type { InputField } from "./interface.ts";
import { describeType } from "./kinds/index.ts";

export function describeInput(field: InputField): string {
  return [
    describeType(field.type),
    field.choices?.length ? `one of ${field.choices.map((choice) => jsonText(choice)).join(", ")}` : "",
    range(field.ge, field.le, ""),
    range(field.minLength, field.maxLength, " characters"),
    field.pattern === undefined ? "" : `matching ${field.pattern}`,
    presence(field),
    field.deprecated ? "deprecated" : "",
  ]
    .filter((part) => part !== "")
    .join(", ");
}

function range(low: number | bigint | undefined, high: number | bigint | undefined, unit: string): string {
  if (low !== undefined && high !== undefined) return `${low} to ${high}${unit}`;
  if (low !== undefined) return `at least ${low}${unit}`;
  return high === undefined ? "" : `at most ${high}${unit}`;
}

function presence(field: InputField): string {
  if (field.required) return "required";
  return field.default === undefined || field.default === null ? "optional" : `default ${jsonText(field.default)}`;
}
