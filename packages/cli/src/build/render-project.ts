import { renderDockerfile, renderWeightsDockerfile } from "#dockerfile";
import { type BuildPlan, weightPaths } from "#plan";
import type { Project } from "#project";
import type { Reporter } from "#report";
import { type PlanOptions, planProject } from "./plan-project.ts";
import { readBuildSettings } from "./settings.ts";
import { sourceFiles } from "./source-files.ts";

export interface RenderedProject {
  readonly plan: BuildPlan;
  /** As a build uses it, but for the labels. */
  readonly dockerfile: string;
  /** The Dockerfile of the weights' own image, when there shall be one. */
  readonly weightsDockerfile: string | undefined;
}

/** What `cog build` would give to a builder, without one. */
export async function renderProject(
  project: Project,
  options: Omit<PlanOptions, "purpose" | "weights">,
  report: Reporter,
): Promise<RenderedProject> {
  const sources = await sourceFiles(project.directory);
  const weights = weightPaths(sources.filter(({ kind }) => kind === "file"));
  const settings = readBuildSettings();
  const plan = await planProject(project, { ...options, purpose: "image", weights }, { settings, report });
  return {
    plan,
    dockerfile: renderDockerfile(plan).text,
    weightsDockerfile: plan.weightsImage === undefined ? undefined : renderWeightsDockerfile(),
  };
}
