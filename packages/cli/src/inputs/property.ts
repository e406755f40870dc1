/** What the schema of an input says about the text that is typed for it. */
import { isJsonObject, type JsonObject } from "@cog/core/json";

export type WantedType =
  | "string"
  | "file"
  | "integer"
  | "number"
  | "boolean"
  | "array"
  | "object"
  | "union"
  | "unknown";

export function wantedType(schema: JsonObject | undefined): WantedType {
  if (schema === undefined) return "unknown";
  const flat = withoutAllOf(schema);
  if (Array.isArray(flat["anyOf"])) return "union";
  switch (flat["type"]) {
    case "string":
      return flat["format"] === "uri" ? "file" : "string";
    case "integer":
    case "number":
    case "boolean":
    case "array":
    case "object":
      return flat["type"];
    default:
      return "unknown";
  }
}

export function itemsOf(schema: JsonObject | undefined): JsonObject | undefined {
  const items = schema === undefined ? undefined : withoutAllOf(schema)["items"];
  return isJsonObject(items) ? items : undefined;
}

export function membersOf(schema: JsonObject): readonly JsonObject[] {
  const members = withoutAllOf(schema)["anyOf"];
  return Array.isArray(members) ? members.filter(isJsonObject) : [];
}

/** Choices stand in an `allOf` beside the property's own keys. */
function withoutAllOf(schema: JsonObject): JsonObject {
  const parts = schema["allOf"];
  return Array.isArray(parts) ? Object.assign({}, ...parts.filter(isJsonObject), schema) : schema;
}
