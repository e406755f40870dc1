/** `include` and `exclude` of a source: patterns as in a .gitignore, with those that leave out stronger. */
import ignore from "ignore";

export interface Patterns {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** Their order says nothing, so it must not count as a change. */
export function sortedPatterns({ include, exclude }: Patterns): Patterns {
  return { include: [...new Set(include)].sort(), exclude: [...new Set(exclude)].sort() };
}

export function samePatterns(a: Patterns, b: Patterns): boolean {
  return JSON.stringify(sortedPatterns(a)) === JSON.stringify(sortedPatterns(b));
}

/** Which paths are taken; all of them where nothing is said. */
export function selector({ include, exclude }: Patterns): (path: string) => boolean {
  const included = include.length === 0 ? () => true : matcher(include);
  const excluded = matcher(exclude);
  return (path) => included(path) && !excluded(path);
}

function matcher(patterns: readonly string[]): (path: string) => boolean {
  // A # at the beginning would make a comment of it.
  const rules = ignore({ ignorecase: false }).add(patterns.map((pattern) => pattern.replace(/^#/, "\\#")));
  return (path) => rules.ignores(path);
}
