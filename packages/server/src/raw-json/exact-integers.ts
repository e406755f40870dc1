/**
 * The text of an input, with its integers digit by digit: seeds and ids of 64 bits do not fit a JavaScript number.
 * They are rare, so the text is searched for them, and only then parsed a second time.
 */
import { randomUUID } from "node:crypto";
import type { Json, JsonObject } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";
import type { JsonBody } from "./json-body.ts";
import { memberText } from "./member-text.ts";
import type { RawJson } from "./raw-json.ts";
import { rawJson, toRawJson } from "./raw-json.ts";

/** A larger body is taken as it was sent: writing out a file in base64 once more would cost more than all the rest. */
const LONGEST_TEXT = 64 * 1024;
const LONG_INTEGER = /[0-9]{16}/;
/** Strings are taken whole, so that digits in them are left alone. */
const TOKENS = /"(?:[^"\\]|\\.)*"|(?<![0-9.eE+-])-?[0-9]{16,}(?![0-9.eE])/g;
/** Carries the digits through JSON as a string that no client can have sent. */
const MARK = `integer-${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}(-?[0-9]+)"`, "g");

/** The validated `input` as text, with the digits that the client sent. */
export function exactInput(input: JsonObject, { value, text }: JsonBody): RawJson {
  if (text.length > LONGEST_TEXT) return asSent(input, value, text) ?? toRawJson(input);
  if (!LONG_INTEGER.test(text)) return toRawJson(input);
  const marked: unknown = JSON.parse(
    text.replace(TOKENS, (token) => (token.startsWith('"') ? token : `"${MARK}${token}"`)),
  );
  const given = isJsonObject(marked) && isJsonObject(marked["input"]) ? marked["input"] : {};
  const kept = Object.entries(input).map(([name, value]): [string, Json] => [name, given[name] ?? value]);
  return rawJson(JSON.stringify(Object.fromEntries(kept)).replace(MARKED, "$1"));
}

/** Undefined when validation has changed it, or when it is spread over lines, which an event of a stream cannot hold. */
function asSent(input: JsonObject, body: unknown, text: string): RawJson | undefined {
  if (!isJsonObject(body) || body["input"] !== input) return undefined;
  const sent = memberText(text, "input");
  // Not a regular expression, which would take 5 ms for 7 MiB: this takes 0.3.
  return sent === undefined || sent.includes("\n") || sent.includes("\r") ? undefined : rawJson(sent);
}
