/** Documents of an image as a registry has them, to the byte. */
import { isJsonObject, type Json, type JsonObject } from "@cog/core/json";
import { type Descriptor, type Registry, RegistryError } from "#registry";
import type { Platform } from "./bundle.ts";
import { manifestOf } from "./code-image.ts";

export interface ImagePlace {
  readonly registry: Registry;
  readonly repository: string;
  readonly signal: AbortSignal;
}

export async function manifestText(digest: string, { registry, repository, signal }: ImagePlace): Promise<string> {
  const manifest = await registry.getManifest(repository, digest, { signal });
  if (manifest !== undefined) return Buffer.from(manifest.bytes).toString("utf8");
  throw new RegistryError("not-found", `${registry.host} has no ${repository}@${digest}`);
}

export async function configText(manifest: string, { registry, repository, signal }: ImagePlace): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of registry.openBlob(repository, manifestOf({ manifest }).config, { signal })) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

/** The image of a platform; undefined where the text is no index, or one without it. */
export function imageIn(index: string, { os, architecture }: Platform): Descriptor | undefined {
  const { manifests = [] } = JSON.parse(index) as { readonly manifests?: readonly Descriptor[] };
  return manifests.find(({ platform }) => platform?.os === os && platform.architecture === architecture);
}

/** What a document, or a label, holds; undefined where it is somebody else's and no object of JSON. */
export function objectIn(text = "null"): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
