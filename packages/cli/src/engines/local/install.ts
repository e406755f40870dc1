/** Makes a virtual environment and installs requirements into it: with uv where there is one, else with venv and pip. */
import { accessSync, constants, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { CogError, UserError } from "@cog/core/errors";
import { withoutCredentials } from "@cog/core/redact";
import type { Step } from "#report";
import { type LocalFile, type RequirementLine, renderLine, requirementName } from "#requirements";
import type { Context } from "../engine.ts";
import type { EnvironmentSpec, ModelEnvironment } from "./environment.ts";
import { PipProgress } from "./pip-progress.ts";
import { runTool, tryTool } from "./tool.ts";

/** pip is put in only where something is to be installed: making it takes seconds, and not every Python has it. */
export async function makeVenv(environment: ModelEnvironment, spec: EnvironmentSpec, context: Context): Promise<void> {
  const { python, requirements } = spec;
  if (requirements.lines.length > 0 && uvOf(spec) === undefined) {
    const { ok } = await tryTool(python.path, ["-I", "-m", "venv", environment.directory], context);
    if (ok) return;
    throw new UserError(
      "python.no_pip",
      `${python.path} cannot make an environment with pip, and uv is not installed.`,
      {
        hint: "Install uv (https://docs.astral.sh/uv), or the venv package of your system (on Debian: python3-venv).",
      },
    );
  }
  await runTool(python.path, ["-I", "-m", "venv", "--without-pip", environment.directory], context);
}

export async function installRequirements(
  environment: ModelEnvironment,
  spec: EnvironmentSpec,
  context: Context & { readonly step: Step },
): Promise<void> {
  const { lines } = spec.requirements;
  const file = join(environment.directory, "requirements.txt");
  const written = lines.map((line) => renderLine(line, (local) => pathOf(local, environment.directory)));
  // Indexes may come with a password, so nobody else may read it, and it does not stay.
  writeFileSync(file, `${written.join("\n")}\n`, { mode: 0o600 });
  // Here and not in the machine's: pip leaves gigabytes there when it is interrupted, and this folder is ours to remove.
  const temporary = join(environment.directory, "tmp");
  mkdirSync(temporary);
  const uv = uvOf(spec);
  const [program, args] =
    uv === undefined
      ? [environment.python, ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", file]]
      : [uv, ["pip", "install", "--python", environment.python, "--index-strategy", "unsafe-best-match", "-r", file]];
  const progress = new PipProgress(context.step);
  const { ok, output } = await tryTool(program, args, context, {
    environment: { ...spec.environment, PYTHONUNBUFFERED: "1", TMPDIR: temporary },
    directory: environment.directory,
    onLine: (line) => {
      progress.line(line);
      context.report.output(`${withoutCredentials(line)}\n`);
    },
  });
  rmSync(temporary, { recursive: true, force: true });
  rmSync(file);
  if (!ok) throw explain(output, lines);
}

/** Archives are installed from where they are; a text is written where it goes with the environment. */
function pathOf(file: LocalFile, directory: string): string {
  if ("from" in file) return file.from;
  const path = join(directory, file.path);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, file.text);
  return path;
}

function uvOf({ environment, installer }: EnvironmentSpec): string | undefined {
  if (installer === "pip") return undefined;
  const name = process.platform === "win32" ? "uv.exe" : "uv";
  return (environment["PATH"] ?? "")
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Both tools say in words only which requirement it was. */
const NOT_FOUND = [
  /No matching distribution found for (\S+)/,
  /Could not find a version that satisfies the requirement (\S+)/,
  /Because (\S+) was not found in the package registry/,
  /Because there is no version of (\S+)/,
];

/** pip names the line of the file that we wrote: one line for each requirement. */
const MALFORMED = /Invalid requirement: .* \(from line (\d+) of/;

function explain(output: string, lines: readonly RequirementLine[]): CogError {
  const malformed = lines[Number(MALFORMED.exec(output)?.[1]) - 1];
  if (malformed !== undefined) {
    return new UserError("requirements.invalid", `"${textOf(malformed)}" is not a requirement.`, {
      place: malformed.place,
      hint: "Write a name and, after it, versions: numpy>=1.26,<3",
    });
  }
  const named = NOT_FOUND.map((pattern) => pattern.exec(output)?.[1]).find((match) => match !== undefined);
  if (named === undefined) {
    return new CogError("requirements.failed", "The project's requirements could not be installed.", {
      hint: "What the installer said is above.",
    });
  }
  const name = requirementName(named);
  const line = lines.find((candidate) => candidate.kind === "package" && requirementName(candidate.text) === name);
  const asked = line === undefined ? named : textOf(line);
  return new UserError("requirements.not_found", `No package fits the requirement "${asked}".`, {
    place: line?.place,
    hint: "Check its name and version, and that they exist for this Python and system.",
  });
}

function textOf(line: RequirementLine): string {
  return withoutCredentials(renderLine(line, ({ path }) => path));
}
