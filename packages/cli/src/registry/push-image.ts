/**
 * An image from a directory to a registry: each layer is compressed and sent by itself, so that the first is on its way
 * while the next is still made small; then its config and, when all are there, its manifest.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { bytesBlob, fileBlob } from "./blob-source.ts";
import { type Compression, compressedType, compressFile } from "./compression.ts";
import { type Descriptor, digestOf, hashFile, OCI_MANIFEST } from "./descriptor.ts";
import { MissingBlobsError, RegistryError } from "./errors.ts";
import { imageManifest, type Layer, type LayoutImage, OCI_LAYER } from "./layout.ts";
import type { PushMemory } from "./memory.ts";
import { type PushBlobsOptions, pushTold } from "./push-content.ts";
import type { Registry } from "./registry.ts";
import { sideBySide } from "./side-by-side.ts";

export interface ImagePush extends PushBlobsOptions {
  readonly registry: Registry;
  readonly repository: string;
  readonly compression: Compression;
  readonly memory: PushMemory;
}

/** Layers, by their diff id, that need not be sent. */
export type LayersThere = ReadonlyMap<string, Descriptor>;

/** Which layers the registry has, as they were compressed before, in this repository or in one to mount them from. */
export async function findLayers(diffIds: readonly string[], push: ImagePush): Promise<LayersThere> {
  const { registry, repository, compression, memory } = push;
  const there = new Map<string, Descriptor>();
  if (compression === "none") return there;
  await sideBySide([...new Set(diffIds)], push, async (diffId, signal) => {
    const known = memory.compressed(diffId, compression);
    if (known === undefined) return;
    const { digest, size: total } = known;
    const tell = (state: "exists" | "mounted") =>
      push.onProgress?.({ digest, state, complete: total, total, attempt: 1 });
    const mountFrom = memory.repositoriesWith(registry.host, digest, repository);
    const outcome = await registry.findBlob(repository, digest, { signal, mountFrom });
    if (outcome === undefined) return;
    there.set(diffId, { mediaType: compressedType(compression), ...known });
    tell(outcome);
  });
  return there;
}

export interface ImageToPush {
  readonly image: LayoutImage;
  readonly there: LayersThere;
  readonly tag: string;
  /** Where compressed layers may be put. */
  readonly scratch: string;
}

export async function pushImageLayout(
  { image, there, tag, scratch }: ImageToPush,
  push: ImagePush,
): Promise<Descriptor> {
  const { registry, repository, memory, signal } = push;
  const config = bytesBlob(image.config.bytes);
  const send = async (always: boolean, known: LayersThere) => {
    const layers = await pushLayers(image.layers, known, scratch, { ...push, always });
    await pushTold(registry, repository, { source: config }, { ...push, always });
    memory.rememberSeen(registry.host, repository, [config.digest, ...layers.map(({ digest }) => digest)]);
    return imageManifest(image, layers);
  };
  const put = async (bytes: Uint8Array) =>
    await registry.putManifest(repository, { bytes, mediaType: OCI_MANIFEST, reference: tag }, { signal });
  try {
    return await put(await send(false, there));
  } catch (error) {
    // It had them a moment ago, or has them in another repository only.
    if (!(error instanceof MissingBlobsError)) throw error;
    return await put(await send(true, new Map()));
  }
}

/** The same layer may be in an image twice: it is sent once, and named twice. */
async function pushLayers(
  layers: readonly Layer[],
  there: LayersThere,
  scratch: string,
  push: ImagePush,
): Promise<Descriptor[]> {
  const once = [...new Map(layers.map((layer) => [layer.diffId, layer])).values()].sort((a, b) => b.size - a.size);
  const pushed = await sideBySide(once, push, async (layer, signal): Promise<[string, Descriptor]> => {
    const known = there.get(layer.diffId);
    return [layer.diffId, known ?? (await pushLayer(layer, scratch, { ...push, signal }))];
  });
  const descriptors = new Map(pushed);
  return layers.flatMap(({ diffId }) => descriptors.get(diffId) ?? []);
}

async function pushLayer(layer: Layer, scratch: string, push: ImagePush): Promise<Descriptor> {
  const { registry, repository, memory } = push;
  const { path, ...descriptor } = await readyLayer(layer, scratch, push);
  const { digest, size, mediaType } = descriptor;
  const mountFrom = memory.repositoriesWith(registry.host, digest, repository);
  await pushTold(registry, repository, { source: fileBlob(path, { digest, size }), mountFrom }, push);
  return { mediaType, digest, size };
}

/** As it is, where it is compressed already: what engines keep is not converted. */
async function readyLayer(
  { path, mediaType, diffId, digest }: Layer,
  scratch: string,
  { compression, memory, signal, onProgress }: ImagePush,
): Promise<Descriptor & { readonly path: string }> {
  if (path === undefined) throw new RegistryError("not-found", `Layer ${diffId} is on neither side any more`);
  if (compression === "none" || mediaType !== OCI_LAYER) {
    return { path, mediaType, digest: digest ?? (await hashFile(path, { signal })), size: statSync(path).size };
  }
  const to = join(scratch, digestOf(`${compression} ${diffId}`).replace(":", "-"));
  const total = statSync(path).size;
  const compressed = await compressFile(path, to, {
    compression,
    signal,
    onProgress: (complete) => onProgress?.({ digest: diffId, state: "compressing", complete, total, attempt: 1 }),
  });
  memory.rememberCompressed(diffId, compression, compressed);
  return { path: to, mediaType: compressedType(compression), ...compressed };
}
