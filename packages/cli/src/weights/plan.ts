/** What an import would do to each weight: cog.yaml × weights.lock × what the sources say now. Pure. */
import type { WeightConfig } from "@cog/core/config";
import type { LockedSource, LockedWeight, WeightsLock } from "@cog/core/wire";
import { changeOf } from "./drift.ts";
import { sortedPatterns } from "./patterns.ts";
import { normalUri } from "./sources/uri.ts";

export type PlanStatus = "new" | "unchanged" | "config-changed" | "upstream-changed";

export interface WeightPlan {
  readonly weight: WeightConfig;
  readonly status: PlanStatus;
  /** What is otherwise than before. */
  readonly changed: readonly string[];
  /** As it is in weights.lock. */
  readonly locked: LockedWeight | undefined;
}

/**
 * @param fingerprints of the sources of each weight, in order, as they are now
 */
export function planImport(
  weights: readonly WeightConfig[],
  lock: WeightsLock | undefined,
  fingerprints: ReadonlyMap<string, readonly string[]>,
): readonly WeightPlan[] {
  return weights.map((weight) => {
    const locked = lock?.weights.find(({ name }) => name === weight.name);
    if (locked === undefined) return { weight, status: "new", changed: [], locked };
    const change = changeOf(weight, locked);
    if (change !== undefined) return { weight, status: "config-changed", changed: [change], locked };
    const changed = upstreamChanges(locked.sources, fingerprints.get(weight.name) ?? []);
    return { weight, status: changed.length === 0 ? "unchanged" : "upstream-changed", changed, locked };
  });
}

function upstreamChanges(before: readonly LockedSource[], now: readonly string[]): readonly string[] {
  return before.flatMap(({ uri, fingerprint }, index) =>
    now[index] === fingerprint ? [] : [`${uri}: ${short(fingerprint)} → ${short(now[index] ?? "")}`],
  );
}

/** Enough of it to tell it from another. */
function short(fingerprint: string): string {
  const [kind = "", value = ""] = fingerprint.split(/:(.*)/s);
  return `${kind}:${value.slice(0, 12)}`;
}

/** The sources of a weight as weights.lock has them. */
export function lockedSources({ sources }: WeightConfig, fingerprints: readonly string[]): readonly LockedSource[] {
  return sources.map(({ uri, ...patterns }, index) => ({
    uri: normalUri(uri),
    fingerprint: fingerprints[index] ?? "",
    ...sortedPatterns(patterns),
  }));
}

/** What is printed of one weight: `+` new, `=` unchanged, `~` changed. */
export function planLines({ weight: { name, target, sources }, status, changed }: WeightPlan): readonly string[] {
  const mark = { new: "+", unchanged: "=", "config-changed": "~", "upstream-changed": "~" }[status];
  const uris = sources.map(({ uri }) => normalUri(uri));
  const head = uris.length === 1 ? [`${mark} ${name}  ${uris[0]} → ${target}`] : [`${mark} ${name} → ${target}`];
  return [
    ...head,
    ...(uris.length === 1 ? [] : uris.map((uri) => `    ${uri}`)),
    `  status: ${status}`,
    ...changed.map((what) => `  changed: ${what}`),
  ];
}
