/** What registries hold, and how it is named: by media type, digest and size. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { RegistryError } from "./errors.ts";

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
}

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
export const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";

const DIGEST = /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** `sha256:…` of bytes that are here. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export async function hashFile(path: string, { signal }: { readonly signal: AbortSignal }): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 256 * 1024 }), hash, { signal });
  return `sha256:${hash.digest("hex")}`;
}

/** For bytes that come in parts. @throws RegistryError for an algorithm that nobody here knows */
export function hashFor(digest: string): { update(bytes: Uint8Array): void; matches(): boolean } {
  if (!DIGEST.test(digest))
    throw new RegistryError("invalid-reference", `"${digest}" is not a digest that can be checked`);
  const [algorithm = ""] = digest.split(":");
  const hash: Hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), matches: () => `${algorithm}:${hash.digest("hex")}` === digest };
}
