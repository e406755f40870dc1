/** JSON text that is trusted and spliced into answers as it is, so that outputs are never parsed and written again. */
import type { Json } from "@cog/core/json";

declare const raw: unique symbol;

export type RawJson = string & { readonly [raw]: true };

/** Marks text that a trusted end (the worker's encoder, our own) wrote as JSON. */
export function rawJson(text: string): RawJson {
  return text as RawJson;
}

export function toRawJson(value: Json): RawJson {
  return rawJson(JSON.stringify(value));
}
