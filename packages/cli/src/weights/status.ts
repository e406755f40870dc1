/** How far each weight is: what cog.yaml wants, what weights.lock has, what the registry holds. Pure. */
import type { WeightConfig } from "@cog/core/config";
import type { LockedWeight, WeightState, WeightStatus, WeightsLock } from "@cog/core/wire";
import { changeOf } from "./drift.ts";
import { normalUri } from "./sources/uri.ts";

/** @param present digests of the layers that the registry has */
export function statusOf(
  weights: readonly WeightConfig[],
  lock: WeightsLock | undefined,
  present: ReadonlySet<string>,
): readonly WeightStatus[] {
  const locked = new Map(lock?.weights.map((weight) => [weight.name, weight]));
  const wanted = new Set(weights.map(({ name }) => name));
  return [
    ...weights.map((weight) => {
      const entry = locked.get(weight.name);
      if (entry === undefined) return pending(weight);
      const isStale = changeOf(weight, entry) !== undefined;
      return ofEntry(entry, present, isStale ? "stale" : undefined);
    }),
    ...(lock?.weights ?? [])
      .filter(({ name }) => !wanted.has(name))
      .map((entry) => ofEntry(entry, present, "orphaned")),
  ];
}

function ofEntry(entry: LockedWeight, present: ReadonlySet<string>, state: WeightState | undefined): WeightStatus {
  const { name, target, size, sizeCompressed, digest, sources } = entry;
  const layers = entry.layers.map((layer) => ({
    digest: layer.digest,
    size: layer.size,
    status: present.has(layer.digest) ? ("ready" as const) : ("missing" as const),
  }));
  const isWhole = layers.every(({ status }) => status === "ready");
  return {
    name,
    target,
    status: state ?? (isWhole ? "ready" : "incomplete"),
    size,
    sizeCompressed,
    layerCount: layers.length,
    fileCount: entry.files.length,
    digest,
    source: { uri: uriText(sources.map(({ uri }) => uri)), fingerprint: sources[0]?.fingerprint ?? "" },
    layers,
  };
}

function pending({ name, target, sources }: WeightConfig): WeightStatus {
  return {
    name,
    target,
    status: "pending",
    size: 0,
    sizeCompressed: 0,
    layerCount: 0,
    fileCount: 0,
    digest: "",
    source: { uri: uriText(sources.map(({ uri }) => normalUri(uri))), fingerprint: "" },
    layers: [],
  };
}

/** `hf://a/b (+1 more)` */
function uriText(uris: readonly string[]): string {
  const [first = "", ...more] = uris;
  return more.length === 0 ? first : `${first} (+${more.length} more)`;
}
