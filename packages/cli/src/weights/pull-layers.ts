/** Layers of a weight on their way here: read once, several at a time, and of each all files kept. */
import { CogError } from "@cog/core/errors";
import type { LockedFile, LockedLayer, LockedWeight } from "@cog/core/wire";
import { sideBySide } from "#registry";
import { isAlone, pullLargeFile } from "./large-file.ts";
import { asking, type WeightRepository } from "./repository.ts";
import type { WeightStore } from "./store.ts";
import { sum } from "./sum.ts";
import { layerEvents, type Telling } from "./telling.ts";
import { unpackLayer } from "./unpack.ts";

export type Layered = Pick<LockedWeight, "name" | "files" | "layers">;

export interface LayersPull extends Pick<Telling, "emit" | "signal"> {
  readonly store: WeightStore;
  readonly repository: WeightRepository;
  /** Of all layers together, in bytes as they are sent; `files`: how many a layer held, when it is here. */
  readonly onProgress?: (
    what: { readonly layer: LockedLayer; readonly files?: number },
    read: number,
    total: number,
  ) => void;
}

/** Layers of a weight that are fetched at a time. */
const LAYERS = 4;
/** Of each, what is in memory: four parts make one layer faster than one connection, and all of them 128 MiB. */
const PARTS = { bytes: 8 * 1024 * 1024, atOnce: 4 };

/** Those that hold any of these files. */
export function layersOf({ layers }: Layered, files: readonly LockedFile[]): readonly LockedLayer[] {
  const wanted = new Set(files.map(({ layer }) => layer));
  return layers.filter(({ digest }) => wanted.has(digest));
}

/** Sizes of the files that came. @throws CogError when a layer does not hold what is said of it */
export async function pullLayers(
  weight: Layered,
  layers: readonly LockedLayer[],
  { store, repository, signal, onProgress, emit }: LayersPull,
): Promise<readonly number[]> {
  const total = sum(layers.map(({ size }) => size));
  const tell = layerEvents(emit);
  let all = 0;
  const stored = await sideBySide(layers, { signal, concurrency: LAYERS }, async (layer, signal) => {
    let complete = 0;
    const progress = { name: weight.name, digest: layer.digest, total: layer.size, attempt: 1 };
    const onRead = (bytes: number) => {
      all += bytes;
      complete += bytes;
      onProgress?.({ layer }, all, total);
      tell({ ...progress, state: "downloading", complete });
    };
    const sizes = await pullLayer(weight, layer, { store, repository, signal, onRead });
    onProgress?.({ layer, files: sizes.length }, all, total);
    tell({ ...progress, state: "done", complete: layer.size });
    return sizes;
  });
  return stored.flat();
}

interface LayerPull {
  readonly store: WeightStore;
  readonly repository: WeightRepository;
  readonly signal: AbortSignal;
  readonly onRead: (bytes: number) => void;
}

async function pullLayer(
  { name, files }: Layered,
  layer: LockedLayer,
  { store, repository, signal, onRead }: LayerPull,
): Promise<readonly number[]> {
  const { registry, repository: path } = repository;
  const held = files.filter((file) => file.layer === layer.digest);
  const expected = new Map(held.map((file) => [file.path, file]));
  const wrong = (why: string) => new CogError("weights.layer", `layer ${layer.digest} of weight "${name}" ${why}`);
  return await asking(repository, `cannot pull weight "${name}" from`, async () => {
    const [alone] = held;
    if (alone !== undefined && isAlone(layer, held)) {
      if (await pullLargeFile(alone, layer, { store, repository, parts: PARTS, signal, onRead })) return [alone.size];
    }
    const content = counted(registry.openBlobInParts(path, layer, { signal, parts: PARTS }), onRead);
    const sizes: number[] = [];
    for await (const file of unpackLayer(content, layer)) {
      const locked = expected.get(file.path);
      if (locked === undefined) throw wrong(`holds ${file.path}, which weights.lock does not name`);
      expected.delete(file.path);
      await store.put(file.content, { ...locked, what: `${file.path} in layer ${layer.digest}` });
      sizes.push(locked.size);
    }
    const [absent] = expected.keys();
    if (absent !== undefined) throw wrong(`lacks ${absent}`);
    return sizes;
  });
}

async function* counted(
  content: AsyncIterable<Uint8Array>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of content) {
    onRead(bytes.length);
    yield bytes;
  }
}
