/** What requirement lines say about a framework. */
import type { Place } from "@cog/core/errors";
import type { RequirementLine } from "#requirements";

export interface Pin {
  readonly index: number;
  readonly name: string;
  /** `[opt]`, or empty. */
  readonly extras: string;
  /** The text after the first comparison; empty when there is none. */
  readonly version: string;
  /** As it is written, without markers: `torch>=2.1`. */
  readonly written: string;
  /** `name==version`, perhaps with a marker: such a line may be rewritten. */
  readonly isExact: boolean;
  /** The marker with its semicolon, or empty. */
  readonly marker: string;
  readonly place?: Place;
}

/** The first line that asks for a package, by its normalised name. */
export function findPin(lines: readonly RequirementLine[], name: string): Pin | undefined {
  for (const [index, line] of lines.entries()) {
    if (line.kind !== "package") continue;
    const match = /^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?\s*([^;]*?)\s*(;.*)?$/.exec(line.text);
    const found = match?.[1]?.toLowerCase().replaceAll(/[-_.]+/g, "-");
    if (match === null || found !== name) continue;
    const [, , extras = "", comparison = "", marker = ""] = match;
    return {
      index,
      name,
      extras,
      version: /(?:===?|~=|>=|<=|!=|>|<|@)\s*([^\s,;]+)/.exec(comparison)?.[1] ?? "",
      written: `${name}${comparison.replace(/\s+--.*$/, "").replaceAll(/\s+/g, "")}`,
      isExact: /^==\s*[^\s,;=]+$/.test(comparison) && line.hasIndex !== true && !marker.includes(" --"),
      marker,
      ...(line.place !== undefined && { place: line.place }),
    };
  }
  return undefined;
}

/** Whether a line or its files pin to exactly one version; with digests it may not be rewritten but is exact all the same. */
export function isPinned({ written }: Pin): boolean {
  return /^[\w.-]+===?[^=,*]+$/.test(written);
}
