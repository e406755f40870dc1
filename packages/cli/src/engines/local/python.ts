/** Which interpreter on this machine runs a project. */
import { execFile } from "node:child_process";
import { accessSync, constants, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { promisify } from "node:util";
import { UserError } from "@cog/core/errors";
import type { Reporter } from "#report";
import type { LocalSettings } from "./settings.ts";

export interface Python {
  /** As it is started. */
  readonly path: string;
  /** `3.12.1`, or `3.12` where the patch is not known without asking. */
  readonly version: string;
  /** Changes when the interpreter is another one, also under the same name. */
  readonly identity: string;
}

interface Candidate {
  readonly path: string;
  readonly real: string;
  /** Minor version and patch as its name says them. */
  readonly minor: number;
  readonly patch: number | undefined;
}

const OLDEST_MINOR = 8;
const run = promisify(execFile);

/** COG_PYTHON, else one of the minor version that is wanted, else the nearest with a warning. */
export async function findPython(wanted: string, settings: LocalSettings, report: Reporter): Promise<Python> {
  if (settings.python !== undefined) return await chosenPython(settings.python, settings);
  const [, minorText = "", patchText] = wanted.split(".");
  const minor = Number(minorText);
  const patch = patchText === undefined ? undefined : Number.parseInt(patchText, 10);

  const found = await candidates(settings);
  const fitting = found.filter((candidate) => candidate.minor === minor);
  const exact = fitting.find((candidate) => candidate.patch === patch) ?? fitting[0];
  if (exact !== undefined) return describe(exact);

  const usable = found.filter((candidate) => candidate.minor >= OLDEST_MINOR);
  const [nearest] = usable.sort((a, b) => distance(a, minor) - distance(b, minor));
  if (nearest === undefined) {
    throw new UserError(
      "python.not_found",
      `Python ${wanted} was not found on this machine, and no other Python 3 either.`,
      {
        hint: `Install it (with uv: 'uv python install ${wanted}'), or name an interpreter with COG_PYTHON.`,
      },
    );
  }
  report.warn(
    `Python ${wanted} was not found on this machine; using ${nearest.path} (3.${nearest.minor}). ` +
      `Install it, or set COG_PYTHON, to run what cog.yaml asks for.`,
  );
  return describe(nearest);
}

/** Of two that are equally far the newer one. */
function distance(candidate: Candidate, minor: number): number {
  return Math.abs(candidate.minor - minor) * 2 - (candidate.minor > minor ? 1 : 0);
}

async function chosenPython(path: string, settings: LocalSettings): Promise<Python> {
  const name = path.includes("/") ? path : (inPath(path, settings)[0] ?? path);
  const candidate = isExecutable(name) ? await asCandidate(name) : undefined;
  if (candidate === undefined) {
    throw new UserError("python.not_found", `COG_PYTHON is ${path}, which is not a Python interpreter.`, {
      hint: "Set it to the path of one, like /usr/bin/python3.12, or unset it.",
    });
  }
  return describe(candidate);
}

function describe({ path, real, minor, patch }: Candidate): Python {
  const { mtimeMs, size } = statSync(real);
  const version = patch === undefined ? `3.${minor}` : `3.${minor}.${patch}`;
  return { path, version, identity: `${real} ${version} ${mtimeMs} ${size}` };
}

/** In order of preference. */
async function candidates(settings: LocalSettings): Promise<Candidate[]> {
  const named = inPath(/^python3\.\d+$/, settings);
  const installed = settings.pythonSearch.installations.flatMap(installedPythons);
  const plain = [...inPath("python3", settings), ...inPath("python", settings)];
  const own = settings.ownPython === undefined ? [] : [settings.ownPython];
  const found: Candidate[] = [];
  for (const path of [...named, ...installed, ...plain, ...own]) {
    const candidate = await asCandidate(path);
    if (candidate !== undefined) found.push(candidate);
  }
  return found;
}

/** Asks the interpreter only when its name does not say which Python it is. */
async function asCandidate(path: string): Promise<Candidate | undefined> {
  try {
    const real = realpathSync(path);
    const named = /^python3\.(\d+)$/.exec(basename(real))?.[1];
    const patch = /(?:^|[-/])3\.\d+\.(\d+)(?=[-/])/.exec(real)?.[1];
    if (named !== undefined)
      return { path, real, minor: Number(named), patch: patch === undefined ? undefined : Number(patch) };
    const { stdout } = await run(path, ["-c", "import sys; print(*sys.version_info[:3])"], { timeout: 10_000 });
    const [major, minor = Number.NaN, micro = 0] = stdout.trim().split(" ").map(Number);
    return major === 3 && Number.isInteger(minor) ? { path, real, minor, patch: micro } : undefined;
  } catch {
    // Not there, not ours to start, or not a Python: as good as absent.
    return undefined;
  }
}

/** Version managers put stand-ins first on PATH that fail for versions which are not switched on; their folders are read instead. */
function inPath(name: string | RegExp, { pythonSearch }: LocalSettings): string[] {
  const directories = pythonSearch.path
    .split(delimiter)
    .filter((directory) => directory !== "" && basename(directory) !== "shims");
  return directories.flatMap((directory) =>
    (typeof name === "string" ? [name] : list(directory).filter((entry) => name.test(entry)))
      .map((entry) => join(directory, entry))
      .filter(isExecutable),
  );
}

/** `versions/3.12.1/bin/python3.12`, `cpython-3.12.7-linux-x86_64-gnu/bin/python3.12`; the newest patch first. */
function installedPythons(directory: string): string[] {
  const versions = list(directory)
    .map((entry) => ({ entry, version: /(?:^|cpython-)3\.(\d+)\.(\d+)/.exec(entry) }))
    .flatMap(({ entry, version }) =>
      version === null ? [] : [{ entry, minor: Number(version[1]), patch: Number(version[2]) }],
    )
    .sort((a, b) => b.patch - a.patch);
  return versions.map(({ entry, minor }) => join(directory, entry, "bin", `python3.${minor}`)).filter(isExecutable);
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // PATH may name what is not there.
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
