/**
 * BuildPlan: what goes into an image, as plain JSON. `planBuild` decides it, `dockerfile/` writes it down for a
 * builder, `build/` stages its files and carries it out. Nothing in it depends on a builder or on this machine,
 * apart from the `from` paths of staged files.
 */
import type { RunStep } from "@cog/core/config";
import type { Decision } from "#compat";

export interface BuildPlan {
  /** `image` holds the source; `development` finds it mounted at /src. */
  readonly purpose: "image" | "development";
  readonly base: BaseImage;
  /** `MAJOR.MINOR` that a base image of the user's must have, since cog.yaml names one; checked while building. */
  readonly expectedPython?: string;
  /** Installed into a base that has none of its own, such as the CUDA images; `MAJOR.MINOR` or with a patch. */
  readonly python?: string;
  /** What a GPU project was resolved to. */
  readonly cuda?: { readonly version: string; readonly cudnn: string };
  /** A `ca.crt` is staged that everything in the image shall trust. */
  readonly caCertificate: boolean;
  /** cog.yaml's `environment`, in file order. */
  readonly environment: readonly Variable[];
  readonly systemPackages: readonly string[];
  /** Lines of the requirements.txt; empty means no install step. */
  readonly requirements: readonly string[];
  /** A script in the folder of each step that installs by addresses, run after it; absent where no address may hold a secret. */
  readonly hideOrigins?: string;
  /** `auto`: uv where the base image has it, else pip. */
  readonly installer: "pip" | "uv" | "auto";
  /** The Node that runs our server; absent when the SDK brings a server of its own. */
  readonly node?: NodeRelease;
  readonly sdk: SdkSource;
  readonly run: readonly RunStep[];
  readonly precompile: boolean;
  /** Debug symbols of extension modules are taken out. */
  readonly strip: boolean;
  readonly user?: string;
  /** What the server is told through its environment. */
  readonly server: readonly Variable[];
  readonly labels: Readonly<Record<string, string>>;
  /** Project-relative paths, files or directories, that get a layer of their own before the code. */
  readonly weights: readonly string[];
  /** The image that holds `weights`, when they are not in this one's context. */
  readonly weightsImage?: string;
  /** Text of what the image says of its managed weights, beside what is among the source; absent without any. */
  readonly imageWeights?: string;
  /** Why the versions and the base image are what they are. */
  readonly decisions: readonly Decision[];
  /** What the user should know about the choices made. */
  readonly warnings: readonly string[];
  /** Files for the `build/` part of the context, besides those of the project. */
  readonly files: readonly StagedFile[];
  /** The folders of `build/` that steps are shown, by what they are for. */
  readonly folders: Readonly<Record<StagedFolder, string>>;
}

export const STAGED_FOLDERS = ["ca", "requirements", "node", "sdk"] as const;
export type StagedFolder = (typeof STAGED_FOLDERS)[number];

export interface BaseImage {
  readonly image: string;
  /** Where the choice comes from, for the user: `build.python_version`, `--base-image` … */
  readonly because: string;
  /** One of Cog's own: Python, an init and many packages are in it. */
  readonly isCogBase?: true;
}

export interface Variable {
  readonly name: string;
  readonly value: string;
}

export interface NodeRelease {
  readonly version: string;
  /** For bases whose C library is older than the one `version` needs. */
  readonly fallback: string;
}

export type SdkSource =
  /** The wheel the CLI carries. Its one dependency is Node, which has a layer already. */
  | { readonly kind: "carried"; readonly file: string; readonly version: string }
  /** A wheel the user names; installed with what it depends on. */
  | { readonly kind: "wheel"; readonly file: string }
  /** A release on the package index. */
  | { readonly kind: "requirement"; readonly requirement: string; readonly prerelease: boolean }
  /** A wheel elsewhere. A file holds the URL while it is installed: it may hold a password, and images keep the words of their steps. */
  | { readonly kind: "url"; readonly url: string };

/** A file below `build/` of the context: `text` is written, `from` is an absolute path to link or copy. */
export type StagedFile =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly from: string };
