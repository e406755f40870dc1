import { resolveCompatibility } from "#compat";
import { type BuildPlan, type PlanInput, planBuild } from "#plan";
import type { Project } from "#project";
import type { Reporter } from "#report";
import { caCertificate } from "./ca-certificate.ts";
import { projectRequirements } from "./project-requirements.ts";
import { chooseSdk } from "./sdk.ts";
import type { BuildSettings } from "./settings.ts";

export type PlanOptions = Pick<
  PlanInput,
  "purpose" | "concurrency" | "labels" | "weights" | "weightsImage" | "precompile" | "strip"
>;

/** Reads what the plan of a project depends on, and plans. */
export function planProject(
  project: Project,
  options: PlanOptions,
  { settings, report }: { readonly settings: BuildSettings; readonly report: Reporter },
): BuildPlan {
  const requirements = projectRequirements(project);
  const certificate = caCertificate(settings.caCertificate);
  const plan = planBuild({
    ...options,
    config: project.config,
    ...(project.image !== undefined && { image: project.image }),
    requirements,
    compatibility: resolveCompatibility(project.config.build, requirements.lines),
    sdk: chooseSdk(project.config, { ...settings, wheel: settings.sdkWheel, workingDirectory: process.cwd() }),
    ...(certificate !== undefined && { caCertificate: certificate }),
  });
  for (const warning of plan.warnings) report.warn(warning);
  const python = plan.decisions.find(({ setting }) => setting === "python");
  if (python !== undefined && python.value !== project.config.build.pythonVersion)
    report.info(`Using Python ${python.value}, ${python.because}`);
  const choice = `Using base image ${plan.base.image} (${plan.base.because})`;
  // A GPU image is gigabytes: its choice is said, not hidden.
  if (plan.cuda === undefined) report.debug(choice);
  else report.info(choice);
  return plan;
}
