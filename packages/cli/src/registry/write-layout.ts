/** An image in a directory that tools read: as an OCI layout, and as the archives of Docker have it. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Descriptor, digestOf, OCI_MANIFEST } from "./descriptor.ts";
import { imageManifest, OCI_CONFIG } from "./layout.ts";
import { parseReference } from "./reference.ts";

export interface LayoutToWrite {
  readonly config: string;
  /** From the base up. Files of layers that whoever reads it has already need not be there. */
  readonly layers: readonly (Descriptor & { readonly from?: string })[];
  readonly names: readonly string[];
}

export function blobPath(directory: string, digest: string): string {
  return join(directory, "blobs", ...digest.split(":"));
}

/** @returns the image's manifest */
export function writeLayout(directory: string, { config, layers, names }: LayoutToWrite): Descriptor {
  mkdirSync(join(directory, "blobs", "sha256"), { recursive: true });
  const keep = (bytes: Uint8Array) => {
    const digest = digestOf(bytes);
    writeFileSync(blobPath(directory, digest), bytes);
    return digest;
  };
  const bytes = Buffer.from(config);
  const described = layers.map(({ from, ...layer }) => {
    if (from !== undefined) copyFileSync(from, blobPath(directory, layer.digest));
    return layer;
  });
  const manifest = imageManifest({ config: { bytes, mediaType: OCI_CONFIG }, annotations: undefined }, described);
  const configDigest = keep(bytes);
  const descriptor = { mediaType: OCI_MANIFEST, digest: keep(manifest), size: manifest.length };
  const named = names.map((name) => ({ ...descriptor, annotations: { "org.opencontainers.image.ref.name": name } }));
  const inDirectory = (digest: string) => `blobs/${digest.replace(":", "/")}`;
  const saved = {
    Config: inDirectory(configDigest),
    // Docker takes no name without its tag here.
    RepoTags: names.map((name) => (parseReference(name).tag === undefined ? `${name}:latest` : name)),
    Layers: layers.map(({ digest }) => inDirectory(digest)),
  };
  const write = (name: string, value: unknown) => writeFileSync(join(directory, name), JSON.stringify(value));
  write("oci-layout", { imageLayoutVersion: "1.0.0" });
  write("manifest.json", [saved]);
  write("index.json", { schemaVersion: 2, manifests: named.slice(0, 1) });
  return descriptor;
}
