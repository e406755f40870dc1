import type { CogConfig } from "@cog/core/config";

/** A directory with a cog.yaml: what is built, mounted, and what model code paths are relative to. */
export interface Project {
  /** Absolute, symlinks resolved. */
  readonly directory: string;
  /** Absolute path of the cog.yaml (or whatever `-f` named). */
  readonly configFile: string;
  readonly config: CogConfig;
}
