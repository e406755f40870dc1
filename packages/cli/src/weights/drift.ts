/** Whether weights.lock still says what cog.yaml says. Pure: files and sources are not looked at. */
import { posix } from "node:path";
import type { WeightConfig } from "@cog/core/config";
import { UserError } from "@cog/core/errors";
import type { LockedWeight, WeightsLock } from "@cog/core/wire";
import { samePatterns } from "./patterns.ts";
import { normalUri } from "./sources/uri.ts";

export interface Drift {
  readonly name: string;
  readonly why: string;
}

export function driftOf(weights: readonly WeightConfig[], lock: WeightsLock | undefined): readonly Drift[] {
  const locked = new Map(lock?.weights.map((weight) => [weight.name, weight]));
  const wanted = new Set(weights.map(({ name }) => name));
  return [
    ...weights.flatMap((weight) => {
      const { name } = weight;
      const entry = locked.get(name);
      const why = entry === undefined ? "not imported yet" : changeOf(weight, entry);
      return why === undefined ? [] : [{ name, why }];
    }),
    ...[...locked.keys()].filter((name) => !wanted.has(name)).map((name) => ({ name, why: "no longer in cog.yaml" })),
  ];
}

/** What cog.yaml says otherwise; undefined when it says the same. */
export function changeOf(weight: WeightConfig, locked: LockedWeight): string | undefined {
  const { target, sources } = weight;
  if (cleanTarget(target) !== cleanTarget(locked.target)) return `target is ${target}, was ${locked.target}`;
  const uris = sources.map(({ uri }) => normalUri(uri));
  const before = locked.sources.map(({ uri }) => uri);
  if (JSON.stringify(uris) !== JSON.stringify(before))
    return `source is ${uris.join(", ")}, was ${before.join(", ") || "none"}`;
  const changed = sources.findIndex((source, index) => {
    const { include = [], exclude = [] } = locked.sources[index] ?? {};
    return !samePatterns(source, { include, exclude });
  });
  if (changed < 0) return undefined;
  return sources.length === 1 ? "include or exclude changed" : `include or exclude of ${uris[changed]} changed`;
}

/** `/a//b/` and `/a/b` are one place. */
export function cleanTarget(target: string): string {
  return posix.normalize(target).replace(/(.)\/$/, "$1");
}

/** @throws UserError naming every weight that is not as in weights.lock */
export function mustBeInSync(weights: readonly WeightConfig[], lock: WeightsLock | undefined): void {
  const drifts = driftOf(weights, lock);
  if (drifts.length === 0) return;
  const lines = drifts.map(({ name, why }) => `  - "${name}": ${why}`);
  throw new UserError("weights.drift", ["weights.lock is out of sync with cog.yaml:", ...lines].join("\n"), {
    hint: "Run 'cog weights import' to update.",
  });
}
