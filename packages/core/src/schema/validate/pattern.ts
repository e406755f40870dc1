/**
 * Patterns are searched, not anchored, in RE2's syntax and in linear time: they run on strangers' text. The engine is
 * loaded when a model has a pattern, and only then.
 */
import { isJsonObject, type Json } from "@cog/core/json";

/** A pattern ready to search; the part of RegExp that we need. */
export interface Pattern {
  test(text: string): boolean;
  toString(): string;
}

export type CompilePattern = (source: string) => Pattern;

/** What compiles patterns, or undefined when there is none among `schemas`. */
export async function patternCompilerFor(schemas: readonly Json[]): Promise<CompilePattern | undefined> {
  return schemas.some(hasPattern) ? await patternCompiler() : undefined;
}

/** Its function throws when a pattern is not of RE2's syntax. */
export async function patternCompiler(): Promise<CompilePattern> {
  const { RE2JS } = await import("re2js");
  return (source) => {
    const compiled = RE2JS.compile(source);
    return { test: (text) => compiled.matcher(text).find(), toString: () => source };
  };
}

function hasPattern(schema: Json): boolean {
  if (Array.isArray(schema)) return schema.some(hasPattern);
  if (!isJsonObject(schema)) return false;
  return typeof schema["pattern"] === "string" || Object.values(schema).some(hasPattern);
}
