/** Managed weights as they cross a boundary: weights.lock, what a registry keeps of them, what an image says of them. */

/** `weights.lock`, beside cog.yaml and checked in. Keys are written in this order. */
export interface WeightsLock {
  readonly version: typeof WEIGHTS_LOCK_VERSION;
  /** Digest of the packer's parameters: the same files packed by another packer make other layers. */
  readonly envelopeFormat: string;
  readonly weights: readonly LockedWeight[];
}

export interface LockedWeight {
  readonly name: string;
  readonly target: string;
  readonly sources: readonly LockedSource[];
  /** RFC 3339; says nothing about what the weight is. */
  readonly importedAt: string;
  /** Of the manifest. */
  readonly digest: string;
  /** Of the files alone, however they are packed: the identity of a weight everywhere. */
  readonly setDigest: string;
  readonly size: number;
  readonly sizeCompressed: number;
  /** By path. */
  readonly files: readonly LockedFile[];
  /** By digest. */
  readonly layers: readonly LockedLayer[];
}

export interface LockedSource {
  readonly uri: string;
  /** `sha256:…`, `commit:…` or `etag:…`: another one means that the source has other files now. */
  readonly fingerprint: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export interface LockedFile {
  readonly path: string;
  readonly size: number;
  readonly digest: string;
  /** Digest of the layer that holds it. */
  readonly layer: string;
}

export interface LockedLayer {
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
  /** The bytes of its files, without the archive around them. */
  readonly sizeUncompressed: number;
}

export const WEIGHTS_LOCK_VERSION = 1;
export const WEIGHTS_LOCK_FILE = "weights.lock";

/** The config blob of a weight's manifest: compact JSON, files by path. */
export interface WeightConfigBlob {
  readonly name: string;
  readonly target: string;
  readonly setDigest: string;
  readonly files: readonly {
    readonly path: string;
    readonly layer: string;
    readonly size: number;
    readonly digest: string;
  }[];
}

export const WEIGHT_ARTIFACT_TYPE = "application/vnd.cog.weight.v1";
export const WEIGHT_CONFIG_TYPE = "application/vnd.cog.weight.config.v1+json";

/** What layers may be; the first two are written. */
export const WEIGHT_LAYER_TYPES = {
  tar: "application/vnd.oci.image.layer.v1.tar",
  gzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  zstd: "application/vnd.oci.image.layer.v1.tar+zstd",
} as const;

export const WEIGHT_ANNOTATIONS = {
  name: "run.cog.weight.name",
  target: "run.cog.weight.target",
  setDigest: "run.cog.weight.set-digest",
  sizeUncompressed: "run.cog.weight.size.uncompressed",
} as const;

/** `.cog/weights.json` in an image: what somebody else has to put there before the model starts. */
export interface ImageWeights {
  readonly weights: readonly { readonly name: string; readonly target: string; readonly setDigest: string }[];
}

/** Where an image says it: below its working directory, and at the root. */
export const IMAGE_WEIGHTS_FILE = ".cog/weights.json";

/**
 * What whoever brings a weight writes into its target, each as a whole: `failed` holds the reason as text, `ready` comes
 * when all of the files are there.
 */
export const WEIGHT_MARKERS = { folder: ".cog", downloading: "downloading", failed: "failed", ready: "ready" } as const;

export type WeightState =
  | "ready"
  /** The registry lacks a layer. */
  | "incomplete"
  /** cog.yaml says something else than weights.lock. */
  | "stale"
  /** It was never imported. */
  | "pending"
  /** It is in weights.lock, and in cog.yaml no more. */
  | "orphaned";

/** `cog weights status --json` */
export interface WeightsStatusDocument {
  readonly weights: readonly WeightStatus[];
}

export interface WeightStatus {
  readonly name: string;
  readonly target: string;
  readonly status: WeightState;
  readonly size: number;
  readonly sizeCompressed: number;
  readonly layerCount: number;
  readonly fileCount: number;
  readonly digest: string;
  readonly source: { readonly uri: string; readonly fingerprint: string };
  readonly layers: readonly {
    readonly digest: string;
    readonly size: number;
    readonly status: "ready" | "missing";
  }[];
}

/** What `cog weights import`, `pull`, `push` and `fetch` print with `--json`: one a line. */
export type WeightEvent =
  | {
      readonly event: "plan";
      readonly name: string;
      readonly target: string;
      readonly status: "new" | "unchanged" | "config-changed" | "upstream-changed";
      readonly changed: readonly string[];
      readonly fileCount: number;
      readonly size: number;
    }
  | {
      readonly event: "file";
      readonly name: string;
      readonly path: string;
      readonly size: number;
      readonly state: "fetched";
    }
  | {
      readonly event: "layer";
      readonly name: string;
      readonly digest: string;
      readonly state: "compressing" | "downloading" | "uploading" | "retrying" | "exists" | "mounted" | "done";
      readonly complete: number;
      readonly total: number;
      readonly attempt: number;
    }
  | {
      readonly event: "weight";
      readonly name: string;
      readonly target: string;
      readonly state: "imported" | "pushed" | "pulled" | "cached" | "fetched";
      readonly digest: string;
      readonly setDigest: string;
      readonly size: number;
      readonly fileCount: number;
      readonly layerCount: number;
    }
  /** It was where it is to be before. */
  | {
      readonly event: "weight";
      readonly name: string;
      readonly target: string;
      readonly state: "ready";
      readonly setDigest: string;
    };
