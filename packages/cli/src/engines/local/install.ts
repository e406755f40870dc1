/** Makes a virtual environment and installs requirements into it: with uv where there is one, else with venv and pip. */
import { accessSync, constants, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { CogError, UserError } from "@cog/core/errors";
import type { Step } from "#report";
import type { Context } from "../engine.ts";
import type { EnvironmentSpec, ModelEnvironment } from "./environment.ts";
import { PipProgress } from "./pip-progress.ts";
import type { RequirementLine } from "./requirements.ts";
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
  const { lines, directory } = spec.requirements;
  const file = join(environment.directory, "requirements.txt");
  writeFileSync(file, `${lines.map(({ text }) => text).join("\n")}\n`);
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
    directory,
    onLine: (line) => {
      progress.line(line);
      context.report.output(`${line}\n`);
    },
  });
  rmSync(temporary, { recursive: true, force: true });
  if (!ok) throw explain(output, lines);
}

function uvOf({ environment }: EnvironmentSpec): string | undefined {
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
    return new UserError("requirements.invalid", `"${malformed.text}" is not a requirement.`, {
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
  const name = nameOf(named);
  const line = lines.find(({ text }) => nameOf(text) === name);
  return new UserError("requirements.not_found", `No package fits the requirement "${line?.text ?? named}".`, {
    place: line?.place,
    hint: "Check its name and version, and that they exist for this Python and system.",
  });
}

/** `Foo_Bar[x]==1.0` → `foo-bar` */
function nameOf(requirement: string): string {
  return (/^[\w.-]+/.exec(requirement)?.[0] ?? "").toLowerCase().replaceAll(/[-_.]+/g, "-");
}
