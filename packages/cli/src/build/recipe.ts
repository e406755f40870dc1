/** What a builder is given for a project's image: a Dockerfile, what is staged beside it, and what it says of itself. */
import { readFile } from "node:fs/promises";
import type { CogConfig } from "@cog/core/config";
import type { JsonObject } from "@cog/core/json";
import { type Dockerfile, renderDockerfile, renderWeightsDockerfile } from "#dockerfile";
import { type BuildPlan, type StagedFile, weightPaths } from "#plan";
import type { Project } from "#project";
import { baseArguments } from "./base-arguments.ts";
import { cogBaseLabels } from "./cog-base-labels.ts";
import type { BuildContext } from "./context.ts";
import { revisionLabels } from "./git-facts.ts";
import { modelLabels } from "./labels.ts";
import { type PlanOptions, planProject } from "./plan-project.ts";
import type { BuildSettings } from "./settings.ts";
import type { SourceFile } from "./source-files.ts";

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
  const weights = weightPaths(request.sources.filter(({ kind }) => kind === "file"));
  const options = { ...request.options, purpose: "image", weights } as const;
  const planned = await planProject(project, options, { settings, report: context.report });
  const labels = {
    ...(await cogBaseLabels(planned.base, context)),
    ...(await labelsOf(request, completed(project.config, planned), settings)),
  };
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
    projectLayers: projectLayers(planned),
  };
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
