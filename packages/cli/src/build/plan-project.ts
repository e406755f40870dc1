import { pythonNotice, resolveCompatibility } from "#compat";
import { type BuildPlan, type PlanInput, planBuild } from "#plan";
import type { Project } from "#project";
import type { Reporter } from "#report";
import { readRequirements } from "#requirements";
import { addressed } from "./addressed.ts";
import { caCertificate } from "./ca-certificate.ts";
import { chooseSdk } from "./sdk.ts";
import type { BuildSettings } from "./settings.ts";

export interface PlanOptions
  extends Pick<
    PlanInput,
    "purpose" | "concurrency" | "labels" | "weights" | "weightsImage" | "imageWeights" | "precompile" | "strip"
  > {
  /** Of the image; linux/amd64 when absent. */
  readonly platform?: string | undefined;
}

/** Reads what the plan of a project depends on, and plans. */
export async function planProject(
  project: Project,
  { platform, ...options }: PlanOptions,
  { settings, report }: { readonly settings: BuildSettings; readonly report: Reporter },
): Promise<BuildPlan> {
  const requirements = readRequirements(project);
  const compatibility = resolveCompatibility(project.config.build, requirements, {
    placeOf: project.placeOf,
    platform,
  });
  const certificate = caCertificate(settings.caCertificate);
  const plan = planBuild({
    ...options,
    config: project.config,
    ...(project.image !== undefined && { image: project.image }),
    requirements,
    compatibility,
    sdk: chooseSdk(project.config, {
      ...settings,
      wheel: settings.sdkWheel,
      workingDirectory: process.cwd(),
      place: project.placeOf?.("build.sdk_version"),
    }),
    ...(certificate !== undefined && { caCertificate: certificate }),
  });
  for (const warning of plan.warnings) report.warn(warning);
  const notice = pythonNotice(compatibility.python, project.config.build);
  if (notice !== undefined) report.info(notice);
  const choice = `Using base image ${plan.base.image} (${plan.base.because})`;
  // A GPU image is gigabytes: its choice is said, not hidden.
  if (plan.cuda === undefined) report.debug(choice);
  else report.info(choice);
  return await addressed(plan);
}
