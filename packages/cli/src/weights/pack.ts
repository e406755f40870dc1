/** A weight made ready for a registry: its layers, and its entry in weights.lock. */
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { WeightConfig } from "@cog/core/config";
import type { LockedSource, LockedWeight } from "@cog/core/wire";
import { byDigest, byPath } from "./bytes-order.ts";
import { type PackedLayer, type Packing, packLayer, type WeightFile } from "./layer.ts";
import { objectsOf } from "./objects.ts";
import { type LayerPlan, planLayers } from "./packing.ts";
import { setDigestOf } from "./set-digest.ts";
import { sum } from "./sum.ts";

/** @param files of the weight, all in the store */
export async function packFiles(files: readonly WeightFile[], packing: Packing): Promise<readonly PackedLayer[]> {
  return await packLayers(planLayers(files), packing);
}

/** The layers that an entry names, from the files in the store: another packer's may come out otherwise. */
export async function packAgain({ files, layers }: LockedWeight, packing: Packing): Promise<readonly PackedLayer[]> {
  const plans = layers.map(({ digest, mediaType }) => ({
    mediaType,
    files: files.filter(({ layer }) => layer === digest).sort(byPath),
  }));
  return await packLayers(plans, packing);
}

/** One after the other: each keeps a processor busy. */
async function packLayers(plans: readonly LayerPlan<WeightFile>[], packing: Packing): Promise<readonly PackedLayer[]> {
  const packed: PackedLayer[] = [];
  for (const plan of plans) packed.push(await packLayer(plan, packing));
  return packed.sort(byDigest);
}

export interface EntryOf {
  readonly weight: WeightConfig;
  readonly sources: readonly LockedSource[];
  readonly files: LockedWeight["files"];
  readonly layers: LockedWeight["layers"];
  readonly importedAt: string;
}

/** As it goes into weights.lock. */
export function lockedWeight({ weight: { name, target }, sources, files, layers, importedAt }: EntryOf): LockedWeight {
  const setDigest = setDigestOf(files);
  return {
    name,
    target,
    sources,
    importedAt,
    digest: objectsOf({ name, target, setDigest, files, layers }).digest,
    setDigest,
    size: sum(files.map((file) => file.size)),
    sizeCompressed: sum(layers.map((layer) => layer.size)),
    files,
    layers,
  };
}

export function filesIn(layers: readonly PackedLayer[]): LockedWeight["files"] {
  return layers
    .flatMap(({ digest: layer, files }) => files.map(({ path, size, digest }) => ({ path, size, digest, layer })))
    .sort(byPath);
}

const SCRATCH = "packing-";
const ABANDONED_MS = 24 * 60 * 60 * 1000;

/** A folder for what is compressed, gone afterwards; what somebody who was killed left there goes too. */
export async function withScratch<T>(cacheDirectory: string, work: (directory: string) => Promise<T>): Promise<T> {
  const parent = join(cacheDirectory, "weights");
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    if (!name.startsWith(SCRATCH)) continue;
    const found = await stat(join(parent, name)).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS)
      await rm(join(parent, name), { recursive: true, force: true });
  }
  const directory = await mkdtemp(join(parent, SCRATCH));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
