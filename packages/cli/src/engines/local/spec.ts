import { choosePython, pythonNotice } from "#compat";
import type { Project } from "#project";
import type { Reporter } from "#report";
import { readRequirements } from "#requirements";
import type { EnvironmentSpec } from "./environment.ts";
import { findPython } from "./python.ts";
import type { LocalSettings } from "./settings.ts";

/** The environment that a project runs in on this machine. */
export async function environmentSpec(
  project: Project,
  settings: LocalSettings,
  report: Reporter,
): Promise<EnvironmentSpec> {
  const { build } = project.config;
  const requirements = readRequirements(project);
  for (const warning of requirements.warnings) report.warn(warning);
  const python = choosePython(build, requirements);
  const notice = pythonNotice(python, build);
  if (notice !== undefined) report.info(notice);
  return {
    python: await findPython(python.value, settings, report),
    requirements,
    sdk: settings.sdk(),
    installer: build.installer ?? "auto",
    cacheDirectory: settings.cacheDirectory,
    environment: settings.environment,
  };
}
