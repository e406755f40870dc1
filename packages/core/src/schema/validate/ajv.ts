/**
 * Ajv, set up for schemas that we make ourselves. A module of its own so that it is loaded when the first validator is
 * compiled. (It is imported statically here because bundlers give a lazily imported CommonJS package no named exports.)
 */
import { Ajv } from "ajv";
import type { CompilePattern } from "./pattern.ts";

export function createAjv(compilePattern: CompilePattern | undefined): Ajv {
  return new Ajv({
    allErrors: true,
    ownProperties: true,
    logger: false,
    // We make the schema, so it need not be checked itself: that would cost most of the start.
    strict: false,
    meta: false,
    validateSchema: false,
    validateFormats: false,
    ...(compilePattern ? { code: { regExp: Object.assign(compilePattern, { code: "pattern" }) } } : {}),
  });
}
