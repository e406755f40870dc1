/** Turns a failed build into what the user can act on: the step, its log, and the line of cog.yaml. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { CogError, type Place, UserError } from "@cog/core/errors";
import { withoutCredentials } from "@cog/core/redact";
import { LineCounter, parseDocument } from "yaml";
import { BuildFailure, type ContainerTool, MAKE_ROOM } from "#docker";
import type { Dockerfile, Origin } from "#dockerfile";
import type { Project } from "#project";

/** Packages that newer Debian and Ubuntu releases renamed. */
const RENAMED: Readonly<Record<string, string>> = {
  "libgl1-mesa-glx": "libgl1",
  "python-dev": "python3-dev",
  "libglib2.0-0": "libglib2.0-0t64",
  libtiff5: "libtiff6",
  libffi7: "libffi8",
  "libssl1.1": "libssl3",
  libavcodec58: "libavcodec59",
};

export interface FailedBuild {
  readonly dockerfile: Dockerfile;
  readonly project: Project;
  readonly tool: ContainerTool;
}

export function explainFailure(error: unknown, { dockerfile, project, tool }: FailedBuild): unknown {
  if (!(error instanceof BuildFailure)) return error;
  const origin = error.line === undefined ? undefined : dockerfile.origins.get(error.line);
  const log = error.log === "" ? "" : `\n${withoutCredentials(error.log)}`;
  const hint = packageHint(error.log) ?? baseHint(error.message) ?? roomHint(error, tool);
  switch (origin?.kind) {
    case "config":
      return new UserError(
        "build.step_failed",
        `${keyOf(origin, project)} failed: ${origin.failure ?? reasonOf(error)}${log}`,
        {
          place: placeOf(origin, project),
          hint,
          cause: error,
        },
      );
    case "cog":
      return new CogError("build.failed", `${origin.what} failed: ${reasonOf(error)}${log}`, { hint, cause: error });
    case undefined:
      return new CogError("build.failed", `The image could not be built: ${error.message}${log}`, {
        hint,
        cause: error,
      });
  }
}

/** The code says it all; the command itself is in cog.yaml. */
function reasonOf(error: BuildFailure): string {
  return error.exitCode === undefined ? error.message : `exit code ${error.exitCode}`;
}

function keyOf(origin: Extract<Origin, { readonly kind: "config" }>, { config }: Project): string {
  const [, key, index] = origin.path;
  if (key === "python_requirements" && config.build.pythonRequirements === undefined) return "build.python_packages";
  return `build.${key}${index === undefined ? "" : `[${index}]`}`;
}

function placeOf(origin: Extract<Origin, { readonly kind: "config" }>, project: Project): Place {
  const counter = new LineCounter();
  const file = project.placeOf?.("").file ?? relative(project.directory, project.configFile);
  const text = readFileSync(project.configFile, "utf8");
  const document = parseDocument(text, { lineCounter: counter, version: "1.1" });
  const node = document.getIn(pathInFile(origin, project), true);
  if (typeof node !== "object" || node === null || !("range" in node) || !Array.isArray(node.range)) {
    return { file };
  }
  const { line, col } = counter.linePos(Number(node.range[0]));
  return { file, line, column: col, source: withoutCredentials(text.split(/\r?\n/)[line - 1] ?? "") };
}

/** Steps that the file calls `pre_install` come after those of `run`; python_packages stands in for a file. */
function pathInFile(origin: Extract<Origin, { readonly kind: "config" }>, project: Project): (string | number)[] {
  const [build, key, index] = origin.path;
  if (key === "python_requirements" && project.config.build.pythonRequirements === undefined)
    return ["build", "python_packages"];
  if (key === "run" && typeof index === "number") {
    const text = readFileSync(project.configFile, "utf8");
    const run = (parseDocument(text).toJS() as { build?: { run?: unknown[] } } | null)?.build?.run ?? [];
    if (index >= run.length) return ["build", "pre_install", index - run.length];
  }
  return [build, key, ...(index === undefined ? [] : [index])].filter((part) => part !== undefined);
}

function packageHint(log: string): string | undefined {
  const missing = /Unable to locate package (\S+)|Package '?([^\s']+)'? has no installation candidate/.exec(log);
  const name = missing?.[1] ?? missing?.[2];
  if (name === undefined) return undefined;
  const renamed = RENAMED[name];
  return renamed === undefined
    ? `The base image's package lists have no "${name}".`
    : `"${name}" is called "${renamed}" in newer releases.`;
}

function baseHint(message: string): string | undefined {
  return /failed to resolve source metadata|pull access denied|manifest unknown|not found|initializing source|short-name/.test(
    message,
  )
    ? "Check the base image's name (build.base_image, --base-image, build.python_version) and the network."
    : undefined;
}

/** Said by the kernel to whoever wrote: the step itself, or the builder when it kept what the step made. */
function roomHint({ message, log }: BuildFailure, tool: ContainerTool): string | undefined {
  return /no space left on device/i.test(`${message}\n${log}`)
    ? `The disk that images are built on is full. ${MAKE_ROOM[tool]}`
    : undefined;
}
