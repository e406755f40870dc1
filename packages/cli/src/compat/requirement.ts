/** What requirement lines say about a framework. */
export interface Pin {
  readonly index: number;
  readonly name: string;
  /** `[opt]`, or empty. */
  readonly extras: string;
  /** The text after the first comparison; empty when there is none. */
  readonly version: string;
  /** `name==version` and nothing else: such a line may be rewritten. */
  readonly exact: boolean;
}

/** The first line that asks for a package, by its normalised name. */
export function findPin(lines: readonly string[], name: string): Pin | undefined {
  for (const [index, line] of lines.entries()) {
    const match = /^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?\s*(.*)$/.exec(line);
    const found = match?.[1]?.toLowerCase().replaceAll(/[-_.]+/g, "-");
    if (match === null || found !== name) continue;
    const rest = match[3] ?? "";
    const version = /(?:===?|~=|>=|<=|!=|>|<|@)\s*([^\s,;]+)/.exec(rest)?.[1] ?? "";
    return { index, name, extras: match[2] ?? "", version, exact: /^==\s*[^\s,;=]+$/.test(rest) };
  }
  return undefined;
}
