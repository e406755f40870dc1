import type { CarriedSdk } from "#sdk";

/** What the local engine is told about this machine, so that it reads no environment itself. */
export interface LocalSettings {
  readonly cacheDirectory: string;
  /** COG_PYTHON: this interpreter, whatever cog.yaml says. */
  readonly python: string | undefined;
  /** The interpreter of the environment that this program was installed into. */
  readonly ownPython: string | undefined;
  readonly pythonSearch: {
    readonly path: string;
    /** Directories that hold one Python a folder: pyenv's and uv's. */
    readonly installations: readonly string[];
  };
  /** What models and commands inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The Node that runs the prediction server. */
  readonly node: string;
  readonly sdk: () => CarriedSdk;
  /** COG_SDK_WHEEL: another SDK is wanted, which only images can have. */
  readonly sdkWheel: string | undefined;
}
