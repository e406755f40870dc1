/**
 * A large file that has a layer for itself, uncompressed: its bytes are a part of the layer, so what came of it before is not
 * read again, whatever ended us. Its own digest is what is checked.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type LockedFile, type LockedLayer, WEIGHT_LAYER_TYPES } from "@cog/core/wire";
import { lock } from "proper-lockfile";
import { type Parts, RegistryError } from "#registry";
import { BUNDLE_FILE_MAX } from "./packing.ts";
import type { WeightRepository } from "./repository.ts";
import type { WeightStore } from "./store.ts";

export interface LargePull {
  readonly store: WeightStore;
  readonly repository: WeightRepository;
  readonly parts: Parts;
  readonly signal: AbortSignal;
  readonly onRead: (bytes: number) => void;
}

/** After so long a process that holds the file is taken for killed. */
const STALE_MS = 10_000;
const READ_BYTES = 1024 * 1024;
const BLOCK = 512;

/** Whether the layer is nothing else than this file. */
export function isAlone(layer: LockedLayer, files: readonly LockedFile[]): boolean {
  const [file] = files;
  const isOne = files.length === 1 && file !== undefined && file.size >= BUNDLE_FILE_MAX;
  return isOne && layer.mediaType === WEIGHT_LAYER_TYPES.tar && startOf(file, layer) > 0;
}

/** False where it cannot be had like this: the layer has to be read as any other, which then says what is wrong. */
export async function pullLargeFile(file: LockedFile, layer: LockedLayer, pull: LargePull): Promise<boolean> {
  const path = pull.store.partOf(file.digest);
  await mkdir(dirname(path), { recursive: true });
  const isBegun = await stat(path).then(
    () => true,
    () => false,
  );
  const release = await lock(path, {
    realpath: false,
    stale: STALE_MS,
    // One that was killed held it until a moment ago.
    retries: isBegun ? { retries: STALE_MS / 500, factor: 1, minTimeout: 1000, maxTimeout: 1000 } : 0,
    onCompromised: () => undefined,
  }).catch(() => undefined);
  // Somebody else reads it at this moment.
  if (release === undefined) return false;
  try {
    return await readOn(path, file, layer, pull);
  } finally {
    await release().catch(() => undefined);
  }
}

async function readOn(
  path: string,
  file: LockedFile,
  layer: LockedLayer,
  { store, repository: { registry, repository }, parts, signal, onRead }: LargePull,
): Promise<boolean> {
  const hash = createHash("sha256");
  const out = await open(path, "a", 0o644);
  try {
    let { size: at } = await out.stat();
    if (at > file.size) {
      await out.truncate(0);
      at = 0;
    }
    if (at > 0)
      for await (const bytes of createReadStream(path, { end: at - 1, highWaterMark: READ_BYTES, signal }))
        hash.update(bytes);
    onRead(at);
    const start = startOf(file, layer);
    const range = { start: start + at, end: start + file.size };
    for await (const bytes of registry.openBlobInParts(repository, layer, { signal, parts, range })) {
      hash.update(bytes);
      await out.write(bytes);
      onRead(bytes.length);
    }
    await out.sync();
    await out.chmod(0o444);
  } catch (error) {
    if (error instanceof RegistryError && error.failure === "refused") return false;
    throw error;
  } finally {
    await out.close();
  }
  if (`sha256:${hash.digest("hex")}` !== file.digest) {
    await rm(path, { force: true });
    return false;
  }
  await rename(path, store.pathOf(file.digest));
  return true;
}

/** Before it are headers, after it what fills its last block, and two blocks that end the archive. */
function startOf({ size }: LockedFile, layer: LockedLayer): number {
  return layer.size - 2 * BLOCK - Math.ceil(size / BLOCK) * BLOCK;
}
