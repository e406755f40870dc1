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

/** What a file is sent as is decided by these two: text where the model takes text and no file. */
export function takesText(schema: JsonObject | undefined): boolean {
  return wantedTypes(schema).includes("string") && !takesFile(schema);
}

export function takesFile(schema: JsonObject | undefined): boolean {
  return wantedTypes(schema).includes("file");
}

function wantedTypes(schema: JsonObject | undefined): readonly WantedType[] {
  const type = wantedType(schema);
  return type === "union" && schema !== undefined ? membersOf(schema).map(wantedType) : [type];
}

/** The schema of an object's value under this key. */
export function memberOf(schema: JsonObject | undefined, key: string): JsonObject | undefined {
  const { properties, additionalProperties } = schema === undefined ? {} : withoutAllOf(schema);
  const own = isJsonObject(properties) && Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
  return isJsonObject(own) ? own : undefined;
}

/** Choices stand in an `allOf` beside the property's own keys. */
function withoutAllOf(schema: JsonObject): JsonObject {
  const parts = schema["allOf"];
  return Array.isArray(parts) ? Object.assign({}, ...parts.filter(isJsonObject), schema) : schema;
}
