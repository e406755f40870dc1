/** An artifact on its way: its blobs side by side, and its manifest when all of them are there. */
import type { BlobSource } from "./blob-source.ts";
import type { BlobOutcome } from "./blob-upload.ts";
import type { Descriptor } from "./descriptor.ts";
import { MissingBlobsError } from "./errors.ts";
import type { Registry } from "./registry.ts";
import { sideBySide } from "./side-by-side.ts";

export interface Blob {
  readonly source: BlobSource;
  /** Told to registries that want to know what a layer is. */
  readonly mediaType?: string | undefined;
  /** Repositories of the same registry that are thought to have it. */
  readonly mountFrom?: readonly string[] | undefined;
}

export interface BlobProgress {
  /** Of the blob; of what it is made from while it is compressed. */
  readonly digest: string;
  readonly state: "compressing" | "uploading" | "retrying" | "exists" | "mounted" | "done";
  readonly complete: number;
  readonly total: number;
  readonly attempt: number;
}

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
  options: PushBlobsOptions,
): Promise<void> {
  const once = [...new Map(blobs.map((blob) => [blob.source.digest, blob])).values()];
  const largestFirst = once.sort((a, b) => b.source.size - a.source.size);
  await sideBySide(largestFirst, options, async (blob, signal) => {
    await pushTold(registry, repository, blob, { ...options, signal });
  });
}

/** One blob, with what becomes of it told. */
export async function pushTold(
  registry: Registry,
  repository: string,
  { source, mediaType, mountFrom = [] }: Blob,
  { signal, onProgress, always = false }: Omit<PushBlobsOptions, "concurrency">,
): Promise<void> {
  const { digest, size: total } = source;
  let attempt = 1;
  const outcome = await registry.pushBlob(repository, source, {
    signal,
    mediaType,
    mountFrom,
    always,
    onProgress: (complete) => onProgress?.({ digest, state: "uploading", complete, total, attempt }),
    onRetry: (retried) => {
      attempt = retried.attempt;
      onProgress?.({ digest, state: "retrying", complete: 0, total, attempt });
    },
  });
  onProgress?.({ digest, state: STATES[outcome], complete: total, total, attempt });
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
  readonly tag?: string | undefined;
  /** Waited for when all blobs are there. */
  readonly beforeManifest?: () => Promise<void>;
}

/** Blobs, then the manifest. Some may go meanwhile, or be only in another repository: then they are sent once more. */
export async function pushArtifact(
  registry: Registry,
  repository: string,
  { blobs, manifest: bytes, mediaType, tag, beforeManifest }: Artifact,
  options: PushBlobsOptions,
): Promise<Descriptor> {
  const put = async () =>
    await registry.putManifest(repository, { bytes, mediaType, ...(tag !== undefined && { reference: tag }) }, options);
  await pushBlobs(registry, repository, blobs, options);
  await beforeManifest?.();
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
