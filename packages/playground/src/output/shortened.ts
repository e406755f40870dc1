import { isJsonObject, type Json } from "@cog/core/json";

const LONGEST = 2_000;
const SHOWN = 60;

/** The value with what says nothing in the midst of JSON cut off: the content of files, and texts of that size. */
export function shortened(value: Json): Json {
  if (typeof value === "string") {
    const isLong = value.length > (value.startsWith("data:") ? SHOWN : LONGEST);
    return isLong ? `${value.slice(0, SHOWN)}… (${value.length} characters)` : value;
  }
  if (Array.isArray(value)) return value.map(shortened);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortened(item)]));
}
