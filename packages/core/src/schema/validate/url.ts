/** File inputs take URLs. Whether they also take local paths is the caller's decision. */
import { isJsonObject, type Json, type JsonObject } from "@cog/core/json";
import type { Violation } from "./violation.ts";

/** `data:`, or a scheme with `//`: a Windows path such as `C:\a` is no URL. */
const url = /^(data:|[a-z][a-z0-9+.-]*:\/\/)/i;

export function isUrl(text: string): boolean {
  return url.test(text);
}

/** The strings given to file inputs, also in lists, that are not URLs. */
export function notUrls(input: JsonObject, properties: ReadonlyMap<string, JsonObject>): readonly Violation[] {
  return Object.entries(input).flatMap(([name, value]) => {
    const property = properties.get(name);
    if (property === undefined) return [];
    if (isFile(property)) return violation(name, [], value);
    return isFile(property["items"]) && Array.isArray(value)
      ? value.flatMap((item: Json, index) => violation(name, [index], item))
      : [];
  });
}

function isFile(schema: Json | undefined): boolean {
  return isJsonObject(schema) && schema["format"] === "uri";
}

function violation(input: string, path: readonly number[], value: Json): Violation[] {
  return typeof value === "string" && !isUrl(value) ? [{ rule: "url", input, path, value }] : [];
}
