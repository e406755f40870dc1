/**
 * Registries of images, spoken to without an engine: who we are, what they hold, and how it gets there. Knows nothing of
 * Cog, and imports nothing else of ours.
 *
 * ```ts
 * const transport = new Transport({ insecureHosts, certificates });
 * const { host, repository, tag = "latest" } = parseReference("registry.example.com/ada/model:v1");
 * const stored = await storedCredentials({ host, repository }, { files, signal });
 * const registry = openRegistry({ host, transport, credentials: stored?.credentials });
 *
 * const manifest = await registry.getManifest(repository, tag, { signal });      // undefined: there is none
 * for await (const bytes of registry.openBlob(repository, layer, { signal })) …  // checked, goes on where it broke
 * await pushArtifact(registry, repository, { blobs, manifest: bytes, mediaType: OCI_MANIFEST, tag }, { signal, concurrency: 5 });
 * await transport.close();
 * ```
 *
 * What is temporary is tried again (`retry.ts`), and all else is a RegistryError, whose `failure` says of which kind. A
 * blob to push is a BlobSource: a file (`fileBlob`), bytes (`bytesBlob`), or anything else that can be read twice.
 */
export type { Credentials } from "./auth.ts";
export type { Parts } from "./blob-parts.ts";
export { type BlobSource, bytesBlob, fileBlob } from "./blob-source.ts";
export type { BlobOutcome, ChunkLimits } from "./blob-upload.ts";
export { type CanonicalLayer, canonicalDiffId, writeCanonicalLayer } from "./canonical-layer.ts";
export type { FileContent, TreeEntry } from "./canonical-tar.ts";
export { COMPRESSIONS, type Compression } from "./compression.ts";
export { type Descriptor, DOCKER_LIST, DOCKER_MANIFEST, digestOf, OCI_INDEX, OCI_MANIFEST } from "./descriptor.ts";
export { type Kept, storeCredentials } from "./docker-config.ts";
export { MissingBlobsError, RegistryError, type RegistryFailure } from "./errors.ts";
export { type LayoutImage, readLayout } from "./layout.ts";
export type { Manifest } from "./manifests.ts";
export { PushMemory } from "./memory.ts";
export { openRetrying } from "./open-retrying.ts";
export { checkCredentials } from "./ping.ts";
export { checkPushAccess } from "./push-access.ts";
export {
  type Artifact,
  type Blob,
  type BlobProgress,
  type PushBlobsOptions,
  pushArtifact,
  pushBlobs,
} from "./push-content.ts";
export { findLayers, type ImagePush, type LayersThere, pushImageLayout } from "./push-image.ts";
export { isDockerHub, parseReference, type Reference, registryHost } from "./reference.ts";
export { openRegistry, type Registry, type RegistryOptions } from "./registry.ts";
export type { Retried } from "./retry.ts";
export { sideBySide } from "./side-by-side.ts";
export { type StoredCredentials, storedCredentials } from "./stored-credentials.ts";
export {
  asciiOf,
  fitsHeader,
  type PaxRecord,
  paxBody,
  TAR_END,
  TAR_NAME_BYTES,
  tarHeader,
  tarPadding,
} from "./tar-blocks.ts";
export { type OpenAnswer, Transport, type TransportOptions } from "./transport.ts";
export { blobPath, writeLayout } from "./write-layout.ts";
