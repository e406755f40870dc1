/** An artifact on its way: its blobs side by side, and its manifest when all of them are there. */

import type { BlobSource } from "./blob-source.ts";
import type { BlobOutcome } from "./blob-upload.ts";
import type { Descriptor } from "./descriptor.ts";
import { MissingBlobsError } from "./errors.ts";
import type { Registry } from "./registry.ts";

export interface Blob {
  readonly source: BlobSource;
  /** Told to registries that want to know what a layer is. */
  readonly mediaType?: string | undefined;
  /** Repositories of the same registry that are thought to have it. */
  readonly mountFrom?: readonly string[];
}

export type BlobProgress =
  | { readonly state: "uploading"; readonly digest: string; readonly complete: number; readonly total: number }
  | { readonly state: "exists" | "mounted" | "done"; readonly digest: string; readonly total: number };

export interface PushBlobsOptions {
  readonly signal: AbortSignal;
  /** How many at a time. */
  readonly concurrency: number;
  readonly onProgress?: ((progress: BlobProgress) => void) | undefined;
  /** Send them even where the registry says that it has them. */
  readonly always?: boolean;
}

/** The largest first; when one fails, the others are broken off, and that one is what is thrown. */
export async function pushBlobs(
  registry: Registry,
  repository: string,
  blobs: readonly Blob[],
  { signal, concurrency, onProgress, always = false }: PushBlobsOptions,
): Promise<void> {
  const queue = [...new Map(blobs.map((blob) => [blob.source.digest, blob])).values()].sort(
    (a, b) => b.source.size - a.source.size,
  );
  const failed = new AbortController();
  const until = AbortSignal.any([signal, failed.signal]);
  const push = async ({ source, mediaType, mountFrom = [] }: Blob): Promise<void> => {
    const { digest, size: total } = source;
    const outcome = await registry.pushBlob(repository, source, {
      signal: until,
      mediaType,
      mountFrom,
      always,
      onProgress: (complete) => onProgress?.({ state: "uploading", digest, complete, total }),
    });
    onProgress?.({ state: STATES[outcome], digest, total });
  };
  const worker = async (): Promise<void> => {
    for (let blob = queue.shift(); blob !== undefined && !until.aborted; blob = queue.shift()) {
      await push(blob).catch((error: unknown) => {
        failed.abort(error);
        throw error;
      });
    }
  };
  // All have ended, and taken back what they had begun, before anything is said.
  await Promise.allSettled(Array.from({ length: Math.max(1, concurrency) }, worker));
  signal.throwIfAborted();
  failed.signal.throwIfAborted();
}

const STATES = { exists: "exists", mounted: "mounted", uploaded: "done" } as const satisfies Record<
  BlobOutcome,
  string
>;

export interface Artifact {
  readonly blobs: readonly Blob[];
  /** The very bytes. */
  readonly manifest: Uint8Array;
  readonly mediaType: string;
  /** A tag; absent: under its digest alone. */
  readonly tag?: string;
}

/** Blobs, then the manifest. Some may go meanwhile, or be only in another repository: then they are sent once more. */
export async function pushArtifact(
  registry: Registry,
  repository: string,
  { blobs, manifest: bytes, mediaType, tag }: Artifact,
  options: PushBlobsOptions,
): Promise<Descriptor> {
  const put = async () =>
    await registry.putManifest(repository, { bytes, mediaType, ...(tag !== undefined && { reference: tag }) }, options);
  await pushBlobs(registry, repository, blobs, options);
  try {
    return await put();
  } catch (error) {
    if (!(error instanceof MissingBlobsError)) throw error;
    const missing = blobs.filter(({ source }) => error.digests.length === 0 || error.digests.includes(source.digest));
    if (missing.length === 0) throw error;
    await pushBlobs(registry, repository, missing, { ...options, always: true });
    return await put();
  }
}
