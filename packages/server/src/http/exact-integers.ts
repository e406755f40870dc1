/**
 * Integers that a JavaScript number cannot hold: seeds and ids of 64 bits must reach the model digit by digit.
 * They are rare, so the text is searched for them, and only then parsed a second time.
 */
import { randomUUID } from "node:crypto";
import type { Json, JsonObject } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";
import type { RawJson } from "#raw-json";
import { rawJson, toRawJson } from "#raw-json";

/** A larger body is a file in base64, whose digits are no numbers. */
const LONGEST_TEXT = 64 * 1024;
const LONG_INTEGER = /[0-9]{16}/;
/** Strings are taken whole, so that digits in them are left alone. */
const TOKENS = /"(?:[^"\\]|\\.)*"|(?<![0-9.eE+-])-?[0-9]{16,}(?![0-9.eE])/g;
/** Carries the digits through JSON as a string that no client can have sent. */
const MARK = `integer-${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}(-?[0-9]+)"`, "g");

/** The validated `input` as text, with the digits that the client sent in `bodyText`. */
export function exactInput(input: JsonObject, bodyText: string): RawJson {
  if (bodyText.length > LONGEST_TEXT || !LONG_INTEGER.test(bodyText)) return toRawJson(input);
  const marked: unknown = JSON.parse(
    bodyText.replace(TOKENS, (token) => (token.startsWith('"') ? token : `"${MARK}${token}"`)),
  );
  const given = isJsonObject(marked) && isJsonObject(marked["input"]) ? marked["input"] : {};
  const kept = Object.entries(input).map(([name, value]): [string, Json] => [name, given[name] ?? value]);
  return rawJson(JSON.stringify(Object.fromEntries(kept)).replace(MARKED, "$1"));
}
