/** What a builder is given for a project's image: a Dockerfile, what is staged beside it, and what it says of itself. */
import { readFile } from "node:fs/promises";
import type { CogConfig } from "@cog/core/config";
import type { JsonObject } from "@cog/core/json";
import { ENVIRONMENT_LABEL } from "@cog/core/wire";
import { type Dockerfile, renderDockerfile, renderWeightsDockerfile } from "#dockerfile";
import { type BuildPlan, type StagedFile, weightPaths } from "#plan";
import { openState, type Project } from "#project";
import type { Reporter } from "#report";
import { baseArguments } from "./base-arguments.ts";
import { cogBaseLabels } from "./cog-base-labels.ts";
import type { BuildContext } from "./context.ts";
import { environmentOf, type ImageEnvironment } from "./environment.ts";
import { revisionLabels } from "./git-facts.ts";
import { modelLabels } from "./labels.ts";
import { type PlanOptions, planProject } from "./plan-project.ts";
import type { BuildSettings } from "./settings.ts";
import type { SourceFile } from "./source-files.ts";

/** What the reference builds on every host; images are pushed to machines of this kind. */
export const PLATFORM = "linux/amd64";

export interface Recipe {
  readonly dockerfile: Dockerfile;
  /** The part of the staged context that the Dockerfile sees; "" for all of it. */
  readonly tree: "" | "src";
  /** For the `build/` part of the context. */
  readonly files: readonly StagedFile[];
  /** Project-relative paths for its `weights/` part. */
  readonly weights: readonly string[];
  /** An image of their own for the weights. */
  readonly weightsImage?: { readonly name: string; readonly dockerfile: string };
  /** Labels that the Dockerfile does not set. */
  readonly labels: Readonly<Record<string, string>>;
  /** What the Dockerfile names its base by, where the builder would not find it under the name it has there. */
  readonly buildArgs: Readonly<Record<string, string>>;
  /** All that the image is besides its code; absent when nobody knows. */
  readonly environment?: ImageEnvironment;
  /** How many of the last layers hold the project's own files; absent when nobody knows. */
  readonly projectLayers?: number;
}

export interface RecipeRequest {
  readonly project: Project;
  readonly sources: readonly SourceFile[];
  readonly schema?: JsonObject;
  readonly cogVersion: string;
  readonly options: Omit<PlanOptions, "purpose" | "weights" | "labels">;
  /** Stronger than ours. */
  readonly labels?: Readonly<Record<string, string>>;
}

export async function recipeOf(
  request: RecipeRequest,
  settings: BuildSettings,
  context: BuildContext,
): Promise<Recipe> {
  const { project } = request;
  const own = project.image?.dockerfile;
  if (own !== undefined) {
    return {
      dockerfile: { text: await readFile(own, "utf8"), origins: new Map() },
      tree: "src",
      files: [],
      weights: [],
      labels: await labelsOf(request, project.config, settings),
      buildArgs: {},
    };
  }
  const { planned, environment, labels: ours } = await planImage(request, settings, context.report);
  const { weights } = planned;
  const labels = { ...(await cogBaseLabels(planned.base, context)), ...ours };
  return {
    dockerfile: renderDockerfile({ ...planned, labels }),
    tree: "",
    files: planned.files,
    weights,
    ...(planned.weightsImage !== undefined && {
      weightsImage: { name: planned.weightsImage, dockerfile: renderWeightsDockerfile() },
    }),
    labels: {},
    buildArgs: await baseArguments(planned.base, context),
    ...(environment !== undefined && { environment }),
    projectLayers: projectLayers(planned),
  };
}

export interface PlannedImage {
  readonly planned: BuildPlan;
  readonly environment: ImageEnvironment | undefined;
  /** Those that need no engine to be known. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What the image of a project shall be, as far as the project alone says it. */
export async function planImage(
  request: RecipeRequest,
  settings: BuildSettings,
  report: Reporter,
): Promise<PlannedImage> {
  const { project, sources, options } = request;
  const weights = weightPaths(sources.filter(({ kind }) => kind === "file"));
  const planned = await planProject(project, { ...options, purpose: "image", weights }, { settings, report });
  const environment = await environmentOf({
    plan: planned,
    platform: options.platform ?? PLATFORM,
    sources,
    projectDirectory: project.directory,
    stateDirectory: openState(project.directory),
  });
  const labels = {
    ...(environment !== undefined && { [ENVIRONMENT_LABEL]: environment.digest }),
    ...(await labelsOf(request, completed(project.config, planned), settings)),
  };
  return { planned, environment, labels };
}

async function labelsOf(
  { schema, cogVersion, project, labels }: RecipeRequest,
  config: CogConfig,
  settings: BuildSettings,
): Promise<Record<string, string>> {
  return {
    ...modelLabels({ config, schema, cogVersion }),
    ...(await revisionLabels(project.directory, settings)),
    ...labels,
  };
}

function projectLayers({ weights, weightsImage, imageWeights, precompile }: BuildPlan): number {
  const optional = [weights.length > 0 || weightsImage !== undefined, imageWeights !== undefined, precompile];
  return 1 + optional.filter((there) => there).length;
}

/** The config as images carry it says what was resolved, not only what was asked for. */
function completed(config: CogConfig, { cuda, decisions }: BuildPlan): CogConfig {
  const pythonVersion = decisions.find(({ setting }) => setting === "python")?.value ?? config.build.pythonVersion;
  const build = { ...config.build, pythonVersion };
  return { ...config, build: cuda === undefined ? build : { ...build, cuda: cuda.version, cudnn: cuda.cudnn } };
}
