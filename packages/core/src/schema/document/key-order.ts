/**
 * The document's bytes are stable: keys are alphabetical at every level, except at the top and in the maps below,
 * which keep their order (consumers search the image label for text like `"required":["text","path"]`).
 */
import { isJsonObject, type Json, type JsonObject } from "@cog/core/json";

const orderedMaps = new Set(["paths", "schemas", "properties"]);

/** Under these keys stand the model's own values: a key named `properties` means nothing there. */
const values = new Set(["default", "enum"]);

/** @param sortAll also sort the top and the maps (the merged predict and train document). */
export function inKeyOrder(document: JsonObject, { sortAll }: { readonly sortAll: boolean }): JsonObject {
  const node = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(node);
    if (!isJsonObject(value)) return value;
    return fromEntries(sorted(value).map(([key, child]) => [key, childOf(key, child)]));
  };
  const childOf = (key: string, child: Json): Json => {
    if (values.has(key)) return sortedDeep(child);
    return orderedMaps.has(key) && isJsonObject(child) ? map(child) : node(child);
  };
  const map = (entries: JsonObject): JsonObject =>
    fromEntries((sortAll ? sorted(entries) : Object.entries(entries)).map(([key, child]) => [key, node(child)]));
  const top = sortAll ? sorted(document) : Object.entries(document);
  return fromEntries(top.map(([key, child]) => [key, childOf(key, child)]));
}

function sortedDeep(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortedDeep);
  if (!isJsonObject(value)) return value;
  return fromEntries(sorted(value).map(([key, child]) => [key, sortedDeep(child)]));
}

function sorted(object: JsonObject): [string, Json][] {
  return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
}

function fromEntries(entries: readonly (readonly [string, Json])[]): JsonObject {
  return Object.fromEntries(entries);
}
