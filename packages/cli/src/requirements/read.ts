/** Reads what a project wants installed, from whichever file cog.yaml names. Everything wrong in it is told at once. */
import { basename, relative, resolve, sep } from "node:path";
import { type Place, UserError } from "@cog/core/errors";
import type { Project } from "#project";
import { Collector, type SourceFile } from "./collector.ts";
import { projectFiles } from "./project-files.ts";
import { readPyproject } from "./pyproject.ts";
import type { Requirements } from "./requirements.ts";
import { readLine, readRequirementsText } from "./requirements-txt.ts";
import { readUvLock } from "./uv-lock.ts";

export type RequirementsOwner = Pick<Project, "directory" | "config" | "placeOf">;

/** By the name of the file; any other one is a requirements.txt. */
const READERS: Readonly<Record<string, (file: SourceFile, collector: Collector) => void>> = {
  "pyproject.toml": readPyproject,
  "uv.lock": readUvLock,
};

/** Files of other tools, and how to get from them to one that is read here. */
const OTHER_FORMATS: Readonly<Record<string, string>> = {
  "poetry.lock": "Write it out: poetry export -o requirements.txt",
  "pdm.lock": "Write it out: pdm export -o requirements.txt",
  Pipfile: "Write it out: pipenv requirements > requirements.txt",
  "Pipfile.lock": "Write it out: pipenv requirements > requirements.txt",
  "pylock.toml": "Name the file that it was made from.",
  "setup.py": "Move the dependencies to [project] in pyproject.toml, and name that.",
  "setup.cfg": "Move the dependencies to [project] in pyproject.toml, and name that.",
  "environment.yml":
    "Put the packages of its pip section into a requirements.txt, and the others into system_packages.",
  "environment.yaml":
    "Put the packages of its pip section into a requirements.txt, and the others into system_packages.",
};

export function readRequirements({ directory, config, placeOf }: RequirementsOwner): Requirements {
  const { pythonRequirements, pythonPackages } = config.build;
  const files = projectFiles(directory);
  const collector = new Collector(files);
  if (pythonRequirements === undefined) {
    for (const [index, text] of pythonPackages.entries())
      readLine(text, { path: ".", place: placeOf?.(`build.python_packages.${index}`) }, collector);
    return collector.result();
  }
  const absolute = resolve(directory, pythonRequirements);
  const path = relative(directory, absolute).split(sep).join("/");
  const place = placeOf?.("build.python_requirements");
  const hint = OTHER_FORMATS[basename(absolute)];
  if (hint !== undefined)
    throw refused(pythonRequirements, "Cog reads requirements.txt, pyproject.toml and uv.lock", place, hint);
  const text = files.read(absolute);
  if (text === undefined) throw refused(pythonRequirements, "it cannot be read", place);
  (READERS[basename(absolute)] ?? readRequirementsText)({ path, text }, collector);
  return collector.result();
}

function refused(file: string, why: string, place: Place | undefined, hint?: string): UserError {
  const message = `invalid build.python_requirements "${file}": ${why}`;
  return new UserError("requirements.format", message, { place, hint });
}
