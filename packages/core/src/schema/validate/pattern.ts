/**
 * Patterns are searched, not anchored, in RE2's syntax and in linear time: they run on strangers' text. The engine is
 * loaded when a model has a pattern, and only then.
 */
import { UserError } from "@cog/core/errors";
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

/** Its function throws a UserError when a pattern is not of RE2's syntax. */
export async function patternCompiler(): Promise<CompilePattern> {
  const { RE2JS } = await import("re2js");
  return (source) => {
    const compiled = compileOrExplain(() => RE2JS.compile(source), source);
    return { test: (text) => compiled.matcher(text).find(), toString: () => source };
  };
}

function compileOrExplain<T>(compile: () => T, source: string): T {
  try {
    return compile();
  } catch (cause) {
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    throw new UserError("schema.pattern", `pattern ${JSON.stringify(source)} is not RE2 syntax${why}`, {
      hint: "Lookaround and back-references are not supported; most patterns can be written without them.",
      cause,
    });
  }
}

function hasPattern(schema: Json): boolean {
  if (Array.isArray(schema)) return schema.some(hasPattern);
  if (!isJsonObject(schema)) return false;
  return typeof schema["pattern"] === "string" || Object.values(schema).some(hasPattern);
}
