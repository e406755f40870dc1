/** Reads a project: finds cog.yaml, checks it and what it names. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { type CogConfig, type ConfigProblem, type ConfigWarning, parseConfig } from "@cog/core/config";
import { systemReasonOf, UserError } from "@cog/core/errors";
import type { Reporter } from "#report";
import { type FoundProject, findProject } from "./find.ts";
import type { Project } from "./project.ts";

export interface OpenProjectOptions {
  readonly workingDirectory: string;
  /** As given to `-f`. */
  readonly file: string;
  readonly report: Reporter;
  /** False: nothing is said of deprecated keys. */
  readonly deprecations?: boolean;
}

/** Warnings go to the reporter; problems, all of them, into one UserError. */
export function openProject({ workingDirectory, file, report, deprecations = true }: OpenProjectOptions): Project {
  const found = findProject(workingDirectory, file);
  const { configFile } = found;
  const name = relative(found.directory, configFile);
  const { config, problems, warnings, placeOf } = parseConfig(read(configFile, name), { file: name });
  if (config === undefined) {
    for (const warning of warnings.filter(({ kind }) => kind === "unknown-key")) tell(warning, report);
    throw invalidConfig(problems);
  }
  for (const warning of warnings) {
    if (deprecations || warning.kind !== "deprecated") tell(warning, report);
  }
  const project = { directory: projectDirectory(found, config), configFile, config, placeOf };
  checkRequirementsFile(project);
  return project;
}

/**
 * With `-f models/a/cog.yaml`, Cog takes the paths in it from where `models/` lies: code may be shared by several models.
 * A folder that is a whole project of its own works as well: when its code lies only beside the file, that is the place.
 */
function projectDirectory({ directory, configFile }: FoundProject, config: CogConfig): string {
  const own = dirname(configFile);
  const code = (config.predict ?? config.train ?? config.build.pythonRequirements)?.replace(/\.py:.*$/, ".py");
  const isOwn = code !== undefined && !existsSync(resolve(directory, code)) && existsSync(resolve(own, code));
  return isOwn ? own : directory;
}

function read(configFile: string, name: string): string {
  try {
    return readFileSync(configFile, "utf8");
  } catch (error) {
    throw new UserError("config.unreadable", `Cannot read ${name}: ${systemReasonOf(error)}`, { cause: error });
  }
}

function invalidConfig(problems: readonly ConfigProblem[]): UserError {
  const [first] = problems;
  const code = first?.field === "" ? "config.syntax" : "config.invalid";
  return new UserError(code, problems.map(({ message }) => message).join("\n"), {
    ...(problems.length === 1 ? { place: first?.place } : { several: problems }),
  });
}

/** Which Python is used where none is named is said by whoever decides it, when it is known. */
function tell({ kind, message, place }: ConfigWarning, report: Reporter): void {
  const where = [place.file, place.line, place.column].filter((part) => part !== undefined).join(":");
  if (kind === "quiet" || kind === "default") report.debug(`${where}: ${message}`);
  else report.warn(`${where}: ${message}`);
}

function checkRequirementsFile({ directory, config, placeOf }: Project): void {
  const { pythonRequirements } = config.build;
  if (pythonRequirements === undefined) return;
  const found = statSync(resolve(directory, pythonRequirements), { throwIfNoEntry: false });
  if (found?.isFile()) return;
  const what = found === undefined ? "does not exist" : "is a directory, not a file";
  throw new UserError("requirements.not_found", `invalid build.python_requirements "${pythonRequirements}": ${what}`, {
    place: placeOf?.("build.python_requirements"),
    hint: "The path is relative to the directory of cog.yaml.",
  });
}
