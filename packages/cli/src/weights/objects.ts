/** What a registry keeps of a weight. Pure: equal weights make equal bytes, so nothing in them tells of time or origin. */
import {
  type LockedWeight,
  WEIGHT_ANNOTATIONS,
  WEIGHT_ARTIFACT_TYPE,
  WEIGHT_CONFIG_TYPE,
  type WeightConfigBlob,
} from "@cog/core/wire";
import { digestOf } from "#registry";
import { byDigest, byPath } from "./bytes-order.ts";
import { wireJson } from "./json-text.ts";

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

export interface WeightObjects {
  readonly config: Uint8Array;
  readonly manifest: Uint8Array;
  /** Of the manifest: what the weight is known by in weights.lock. */
  readonly digest: string;
  readonly mediaType: string;
}

export type Described = Pick<LockedWeight, "name" | "target" | "setDigest" | "files" | "layers">;

export function objectsOf({ name, target, setDigest, files, layers }: Described): WeightObjects {
  const blob: WeightConfigBlob = {
    name,
    target,
    setDigest,
    files: [...files].sort(byPath).map(({ path, layer, size, digest }) => ({ path, layer, size, digest })),
  };
  const config = Buffer.from(wireJson(blob));
  const manifest = Buffer.from(
    wireJson({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      artifactType: WEIGHT_ARTIFACT_TYPE,
      config: { mediaType: WEIGHT_CONFIG_TYPE, size: config.length, digest: digestOf(config) },
      layers: [...layers].sort(byDigest).map(({ mediaType, size, digest, sizeUncompressed }) => ({
        mediaType,
        size,
        digest,
        annotations: { [WEIGHT_ANNOTATIONS.sizeUncompressed]: String(sizeUncompressed) },
      })),
      annotations: {
        [WEIGHT_ANNOTATIONS.name]: name,
        [WEIGHT_ANNOTATIONS.setDigest]: setDigest,
        [WEIGHT_ANNOTATIONS.target]: target,
      },
    }),
  );
  return { config, manifest, digest: digestOf(manifest), mediaType: MANIFEST_TYPE };
}

/** Whether the manifest of an entry is the one that is made here: another tool writes its own. */
export function isReproducible(entry: LockedWeight): boolean {
  return objectsOf(entry).digest === entry.digest;
}

/** `cog-weight.base.0123456789ab`, in the repository of the model. */
export function weightTag({ name, setDigest }: Pick<LockedWeight, "name" | "setDigest">): string {
  const clean = name
    .replaceAll(/[^A-Za-z0-9_-]+/g, "-")
    .replaceAll(/-+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 104);
  return `cog-weight.${clean || "unnamed"}.${setDigest.replace(/^sha256:/, "").slice(0, 12)}`;
}

export function isWeightTag(tag: string): boolean {
  return tag.startsWith("cog-weight.");
}
