/** A property of the document as the plain JSON Schema its values are checked against. */
import { isJsonObject, type Json, type JsonObject } from "@cog/core/json";

/**
 * The keywords that decide about a value. The others describe (`title`, `format`), or mean something that JSON Schema
 * does not know (`nullable`).
 */
const plain = ["type", "minimum", "maximum", "minLength", "maxLength", "pattern", "enum", "required"];

export function validationSchema(property: Json): JsonObject {
  if (!isJsonObject(property)) return {};
  const schema: Record<string, Json> = {};
  for (const keyword of plain) {
    const value = property[keyword];
    if (value !== undefined) schema[keyword] = value;
  }
  const { items, allOf, anyOf, properties, additionalProperties } = property as Record<string, Json | undefined>;
  if (items !== undefined) schema["items"] = validationSchema(items);
  if (Array.isArray(allOf)) schema["allOf"] = allOf.map(validationSchema);
  if (Array.isArray(anyOf)) schema["anyOf"] = anyOf.map(validationSchema);
  if (isJsonObject(properties)) {
    schema["properties"] = Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [name, validationSchema(value)]),
    );
  }
  if (isJsonObject(additionalProperties)) schema["additionalProperties"] = validationSchema(additionalProperties);
  return schema;
}
