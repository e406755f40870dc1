/** One weight of an import: its files fetched, and packed where the registry does not have them like that. */
import type { LockedWeight } from "@cog/core/wire";
import { type Gathered, gather, ingest } from "./gather.ts";
import type { PackedLayer, Packing } from "./layer.ts";
import { filesIn, lockedWeight, packAgain, packFiles } from "./pack.ts";
import { lockedSources, type WeightPlan } from "./plan.ts";
import type { Present } from "./repository.ts";
import { setDigestOf } from "./set-digest.ts";
import type { Source } from "./sources/source.ts";
import type { Telling } from "./telling.ts";

/** What an import knows of a weight before it changes anything. */
export interface Item {
  readonly plan: WeightPlan;
  readonly sources: readonly Source[];
  /** Of what is new or changed. */
  readonly gathered: Gathered | undefined;
}

/** An entry, and those of its layers that the registry may lack. */
export interface Built {
  readonly entry: LockedWeight;
  readonly layers: readonly PackedLayer[];
}

export interface Building extends Pick<Telling, "emit"> {
  readonly packing: Packing;
  readonly present: Present;
  readonly say: (what: string) => void;
}

export async function buildEntry(item: Item, { packing, present, say, emit }: Building): Promise<Built> {
  const { plan, sources } = item;
  const { weight, locked } = plan;
  const context = { store: packing.store, signal: packing.signal };
  const { files, fingerprints } = item.gathered ?? (await gather(weight, sources, context));
  say("fetching");
  await ingest(files, context, ({ path, size }) => {
    say(`fetched ${path}`);
    emit?.({ event: "file", name: weight.name, path, size, state: "fetched" });
  });
  const newEntry = { weight, sources: lockedSources(weight, fingerprints), importedAt: new Date().toISOString() };
  if (locked !== undefined && locked.setDigest === setDigestOf(files)) {
    // The same files: their layers stay, whoever packed them, as long as they can be had.
    const kept = { ...newEntry, files: locked.files, layers: locked.layers };
    const isKept = plan.status === "unchanged" && present.manifests.has(locked.digest);
    const entry = isKept ? locked : lockedWeight(kept);
    const missing = locked.layers.filter(({ digest }) => !present.layers.has(digest));
    if (missing.length === 0) return { entry, layers: [] };
    say("packing");
    const again = await packAgain({ ...locked, layers: missing }, packing);
    if (again.every(({ digest }) => missing.some((layer) => layer.digest === digest))) return { entry, layers: again };
  }
  say("packing");
  const layers = await packFiles(files, packing);
  return { entry: lockedWeight({ ...newEntry, files: filesIn(layers), layers: layers.map(described) }), layers };
}

function described({ digest, mediaType, size, sizeUncompressed }: PackedLayer): LockedWeight["layers"][number] {
  return { digest, mediaType, size, sizeUncompressed };
}
