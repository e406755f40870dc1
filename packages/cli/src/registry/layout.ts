/** Images in a directory: an OCI layout, or what `docker save` wrote before Docker 25. Only the parts that are there count. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Descriptor, DOCKER_LIST, digestOf, OCI_INDEX, OCI_MANIFEST } from "./descriptor.ts";
import { RegistryError } from "./errors.ts";

export interface Layer {
  /** Of the archive inside, whatever it is compressed with. */
  readonly diffId: string;
  /** Of the file, where the layout says it. */
  readonly digest: string | undefined;
  readonly mediaType: string;
  readonly size: number;
  /** Undefined where the directory has it not: it was left out, as one that need not be sent. */
  readonly path: string | undefined;
}

export interface LayoutImage {
  readonly config: { readonly bytes: Uint8Array; readonly mediaType: string };
  /** From the base up. */
  readonly layers: readonly Layer[];
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

export const OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
export const OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";

/** @throws RegistryError for a directory that holds no image of linux */
export function readLayout(directory: string): LayoutImage {
  return existsSync(join(directory, "index.json")) ? ociImage(directory) : savedImage(directory);
}

interface ManifestFile {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

interface IndexFile {
  readonly manifests: readonly Descriptor[];
}

function ociImage(directory: string): LayoutImage {
  const blob = ({ digest }: Pick<Descriptor, "digest">) => join(directory, "blobs", ...digest.split(":"));
  const manifest = manifestIn(JSON.parse(readFileSync(join(directory, "index.json"), "utf8")) as IndexFile, blob);
  if (manifest === undefined) throw new RegistryError("not-found", `There is no image of linux in ${directory}`);
  const { config, layers, annotations } = manifest;
  const bytes = readFileSync(blob(config));
  const diffIds = diffIdsIn(bytes);
  return {
    config: { bytes, mediaType: config.mediaType },
    annotations,
    layers: layers.map((layer, at) => ({
      diffId: diffIds[at] ?? layer.digest,
      digest: layer.digest,
      mediaType: layer.mediaType,
      size: layer.size,
      path: existsSync(blob(layer)) ? blob(layer) : undefined,
    })),
  };
}

/** An index may hold indexes, images of other platforms, and facts about the build that are no image at all. */
function manifestIn({ manifests }: IndexFile, blob: (of: Descriptor) => string): ManifestFile | undefined {
  for (const descriptor of manifests) {
    const { mediaType, platform } = descriptor;
    if ((platform !== undefined && platform.os !== "linux") || !existsSync(blob(descriptor))) continue;
    const text = readFileSync(blob(descriptor), "utf8");
    if (mediaType === OCI_INDEX || mediaType === DOCKER_LIST) {
      const inner = manifestIn(JSON.parse(text) as IndexFile, blob);
      if (inner !== undefined) return inner;
    } else return JSON.parse(text) as ManifestFile;
  }
  return undefined;
}

interface SavedFile {
  readonly Config: string;
  readonly Layers: readonly string[];
}

function savedImage(directory: string): LayoutImage {
  const [saved] = JSON.parse(readFileSync(join(directory, "manifest.json"), "utf8")) as readonly SavedFile[];
  if (saved === undefined) throw new RegistryError("not-found", `There is no image in ${directory}`);
  const bytes = readFileSync(join(directory, saved.Config));
  const diffIds = diffIdsIn(bytes);
  const layers = saved.Layers.map((name, at): Layer => {
    const path = join(directory, name);
    return { diffId: diffIds[at] ?? "", digest: undefined, mediaType: OCI_LAYER, size: statSync(path).size, path };
  });
  return { config: { bytes, mediaType: OCI_CONFIG }, layers, annotations: undefined };
}

function diffIdsIn(config: Uint8Array): readonly string[] {
  const { rootfs } = JSON.parse(Buffer.from(config).toString("utf8")) as {
    readonly rootfs?: { readonly diff_ids?: readonly string[] };
  };
  return rootfs?.diff_ids ?? [];
}

export function imageManifest(
  { config, annotations }: Pick<LayoutImage, "config" | "annotations">,
  layers: readonly Descriptor[],
): Uint8Array {
  const { bytes, mediaType } = config;
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: { mediaType, digest: digestOf(bytes), size: bytes.length },
      layers,
      ...(annotations !== undefined && { annotations }),
    }),
  );
}
