/**
 * Virtual environments for the Python tools (hatchling, ruff, mypy, pytest, kubernetes-validate) and for libraries of models, one a requirements file of this
 * folder, under node_modules/.cache. An environment counts only when its stamp holds the requirements it was
 * made from: the stamp is written last, so that an interrupted installation is made again.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { at } from "../repository.ts";
import { say } from "../say.ts";

export type Environment = "build" | "check" | "test" | "pydantic-1" | "pydantic-2" | "manifests";

const CANDIDATES = ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"];
const IS_NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 10))";

/** The folder of the environment's commands; makes the environment when it is not there or out of date. */
export function pythonEnvironment(name: Environment): string {
  const folder = at("node_modules/.cache/python", name);
  const bin = join(folder, process.platform === "win32" ? "Scripts" : "bin");
  const requirements = at("scripts/python", `${name}.txt`);
  const wanted = readFileSync(requirements, "utf8");
  const stamp = join(folder, "installed.txt");
  if (contentOf(stamp) === wanted && works(join(bin, "python"))) return bin;

  say(`Installing the Python tools of "${name}"`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const python = findPython();
  run(
    python,
    ["-m", "venv", folder],
    `${python} cannot make virtual environments; on Debian: apt install python3-venv`,
  );
  run(
    join(bin, "python"),
    ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements],
    "pip could not install the packages named above; is the package index reachable?",
  );
  writeFileSync(stamp, wanted);
  return bin;
}

/** A Python new enough for the tools. */
export function findPython(): string {
  const found = CANDIDATES.find(works);
  if (found === undefined) throw new Error("no Python ≥ 3.10 on PATH: install one, for example python3.12");
  return found;
}

function works(python: string): boolean {
  try {
    execFileSync(python, ["-c", IS_NEW_ENOUGH], { stdio: "ignore" });
    return true;
  } catch {
    return false; // absent, broken or too old
  }
}

function run(command: string, args: readonly string[], explanation: string): void {
  try {
    execFileSync(command, args, { stdio: ["ignore", process.stderr, process.stderr] });
  } catch (cause) {
    throw new Error(explanation, { cause });
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
