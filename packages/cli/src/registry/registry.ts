/** One registry, opened: the verbs that others use. */
import type { Credentials } from "./auth.ts";
import { type BlobPart, headBlob, openBlob, openBlobPart, type Waiting } from "./blob-download.ts";
import { openBlobInParts, type PartsOptions } from "./blob-parts.ts";
import type { BlobSource } from "./blob-source.ts";
import {
  type BlobOutcome,
  type ChunkLimits,
  type FindBlobOptions,
  findBlob,
  type PushBlobOptions,
  pushBlob,
  USUAL_CHUNKS,
} from "./blob-upload.ts";
import { Connection } from "./connection.ts";
import type { Descriptor } from "./descriptor.ts";
import { getManifest, headManifest, type Manifest, putManifest, tags } from "./manifests.ts";
import { type Retried, type RetryPolicy, USUAL_RETRY } from "./retry.ts";
import type { Transport } from "./transport.ts";

export interface RegistryOptions {
  /** As references name it. */
  readonly host: string;
  /** Belongs to the caller, who closes it. */
  readonly transport: Transport;
  /** Absent: as anybody. */
  readonly credentials?: Credentials | undefined;
  /** A repository that is read in order to be pushed to. */
  readonly pushesTo?: string | undefined;
  readonly limits?: ChunkLimits | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly onRetry?: ((retried: Retried) => void) | undefined;
}

/** A repository is named without its host, as `ada/model`; a reference is a tag or a digest. */
export interface Registry {
  readonly host: string;
  /** Its size; undefined when it is not there. */
  headBlob(repository: string, digest: string, waiting: Waiting): Promise<number | undefined>;
  /** Bytes that are checked as they come: the iteration ends with an error when they do not match the digest. */
  openBlob(
    repository: string,
    blob: Pick<Descriptor, "digest"> & Partial<Pick<Descriptor, "size">>,
    waiting: Waiting,
  ): AsyncIterable<Uint8Array>;
  /** The same, by several connections. */
  openBlobInParts(
    repository: string,
    blob: Pick<Descriptor, "digest" | "size">,
    options: PartsOptions,
  ): AsyncIterable<Uint8Array>;
  /** Bytes from `start` up to, and without, `end`, as they come: nobody checks them here. */
  openBlobPart(repository: string, digest: string, part: BlobPart): AsyncIterable<Uint8Array>;
  /** Whether it need not be sent: it is there, or could be mounted from another repository. */
  findBlob(repository: string, digest: string, options: FindBlobOptions): Promise<"exists" | "mounted" | undefined>;
  pushBlob(repository: string, source: BlobSource, options: Omit<PushBlobOptions, "limits">): Promise<BlobOutcome>;
  /** Undefined when there is none of this name. */
  headManifest(repository: string, reference: string, waiting: Waiting): Promise<Descriptor | undefined>;
  getManifest(repository: string, reference: string, waiting: Waiting): Promise<Manifest | undefined>;
  /** @throws MissingBlobsError when the manifest names what is not there */
  putManifest(
    repository: string,
    manifest: { readonly bytes: Uint8Array; readonly mediaType: string; readonly reference?: string },
    waiting: Waiting,
  ): Promise<Descriptor>;
  tags(repository: string, waiting: Waiting): AsyncIterable<string>;
}

/** Nothing is sent before the first verb. */
export function openRegistry({
  host,
  transport,
  credentials,
  pushesTo,
  limits = USUAL_CHUNKS,
  retry = USUAL_RETRY,
  onRetry,
}: RegistryOptions): Registry {
  const connection = new Connection({ host, transport, credentials, pushesTo, retry, onRetry });
  return {
    host,
    headBlob: async (repository, digest, waiting) => await headBlob(connection, repository, digest, waiting),
    openBlob: (repository, blob, waiting) => openBlob(connection, repository, blob, waiting),
    openBlobInParts: (repository, blob, options) => openBlobInParts(connection, repository, blob, options),
    openBlobPart: (repository, digest, part) => openBlobPart(connection, repository, digest, part),
    findBlob: async (repository, digest, options) => await findBlob(connection, repository, digest, options),
    pushBlob: async (repository, source, options) =>
      await pushBlob(connection, repository, source, { ...options, limits }),
    headManifest: async (repository, reference, waiting) =>
      await headManifest(connection, repository, reference, waiting),
    getManifest: async (repository, reference, waiting) =>
      await getManifest(connection, repository, reference, waiting),
    putManifest: async (repository, manifest, waiting) => await putManifest(connection, repository, manifest, waiting),
    tags: (repository, waiting) => tags(connection, repository, waiting),
  };
}
