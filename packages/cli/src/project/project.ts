import type { CogConfig } from "@cog/core/config";
import type { Place } from "@cog/core/errors";

/** A directory with a cog.yaml: what is built, mounted, and what model code paths are relative to. */
export interface Project {
  /** Absolute, symlinks resolved. */
  readonly directory: string;
  /** Absolute path of the cog.yaml (or whatever `-f` named). */
  readonly configFile: string;
  readonly config: CogConfig;
  /** Where a field of cog.yaml is written, for messages; absent in projects that come from elsewhere. */
  readonly placeOf?: (field: string) => Place;
  /** What the flags of a command say about the image, over what cog.yaml says. */
  readonly image?: ImageWish;
}

export interface ImageWish {
  /** `--base-image` */
  readonly base?: string;
  /** False: a GPU project gets the slim image; CUDA still chooses its wheels. */
  readonly cudaBase?: boolean;
  /** One of Cog's own base images, from this registry. */
  readonly cogBaseRegistry?: string;
  /** Absolute path of a Dockerfile that is used in place of ours. */
  readonly dockerfile?: string;
}
