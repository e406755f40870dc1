/** The one shape both eras of cog.yaml normalise to. Keys: docs/reference/cog-yaml.md. */
export interface CogConfig {
  readonly build: BuildConfig;
  /** `path.py:Name` from `run:` or, in the old era, `predict:`. */
  readonly predict?: string;
  /** `path.py:Name` from `train:`. */
  readonly train?: string;
  readonly image?: string;
  /** Repository of image and managed weights; excludes `image`. */
  readonly model?: string;
  readonly concurrency: {
    readonly max?: number;
    readonly queue?: number;
    readonly workers?: number;
  };
  /** `NAME=value`, in file order, for build steps and at run time. */
  readonly environment: readonly string[];
  /** Managed weights; absent and empty are the same. */
  readonly weights?: readonly WeightConfig[];
}

export interface BuildConfig {
  readonly gpu: boolean;
  /** `MAJOR.MINOR` or `MAJOR.MINOR.PATCH`. */
  readonly pythonVersion: string;
  /** cog.yaml does not name one: a framework with wheels for older ones only may lower it. */
  readonly pythonIsDefault?: true;
  /** A requirements file, relative to the project directory or absolute. */
  readonly pythonRequirements?: string;
  /** Requirement lines (deprecated); excludes `pythonRequirements`. */
  readonly pythonPackages: readonly string[];
  readonly systemPackages: readonly string[];
  /** Commands after all installs, before the source is copied; `pre_install` commands come last. */
  readonly run: readonly RunStep[];
  readonly cuda?: string;
  readonly cudnn?: string;
  readonly sdkVersion?: string;
  readonly baseImage?: string;
  /** Absent: uv where it is there already, else pip. */
  readonly installer?: "pip" | "uv";
  readonly user?: string;
}

export interface RunStep {
  readonly command: string;
  readonly mounts: readonly { readonly type: "secret"; readonly id: string; readonly target: string }[];
}

export interface WeightConfig {
  readonly name: string;
  /** Absolute path in the image. */
  readonly target: string;
  readonly sources: readonly {
    readonly uri: string;
    readonly include: readonly string[];
    readonly exclude: readonly string[];
  }[];
}
