/**
 * The interpreter that models are served with: an environment with nothing in it but our wheel, as a model's author has it.
 * Every test that starts a model runs once for each of `testPythons` (vitest.config.ts), which names one in COG_TEST_PYTHON.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("../../../../", import.meta.url));
/** The oldest, the most common and the newest. */
const VERSIONS = ["3.8", "3.11", "3.13"];

export interface TestPython {
  /** As in `python 3.11`: names the test run. */
  readonly version: string;
  readonly path: string;
}

/** Interpreters of this machine that tests run with. `COG_TEST_PYTHONS` names others: paths, separated by colons. */
export function testPythons(): readonly TestPython[] {
  const named = process.env["COG_TEST_PYTHONS"]?.split(":").filter((path) => path !== "");
  if (named !== undefined) return named.map((path) => ({ version: `python ${path}`, path }));
  return VERSIONS.flatMap((version) => {
    const path = candidates(version).find((candidate) => existsSync(candidate));
    return path === undefined ? [] : [{ version: `python ${version}`, path }];
  });
}

/** Versions that tests should run with, and cannot on this machine. */
export function missingPythons(): readonly string[] {
  const found = new Set(testPythons().map(({ version }) => version));
  return process.env["COG_TEST_PYTHONS"] === undefined ? VERSIONS.filter((one) => !found.has(`python ${one}`)) : [];
}

let interpreter: string | undefined;

/** The interpreter of this test run. */
export function testPython(): string {
  interpreter ??= withOnlyTheWheel(process.env["COG_TEST_PYTHON"] ?? anyPython(), builtWheel());
  return interpreter;
}

function anyPython(): string {
  const found = testPythons();
  const common = found.find(({ version }) => version.endsWith("3.11")) ?? found[0];
  if (common === undefined) throw new Error(`No Python of ${VERSIONS.join(", ")} found: name one in COG_TEST_PYTHONS.`);
  return common.path;
}

function builtWheel(): string {
  const folder = join(REPOSITORY, "dist");
  const name = existsSync(folder) ? readdirSync(folder).find((file) => /^cog-.*\.whl$/.test(file)) : undefined;
  if (name === undefined) throw new Error(`No wheel in ${folder}: npm run build makes it.`);
  return join(folder, name);
}

/** Made once for each content of the wheel. */
function withOnlyTheWheel(python: string, wheel: string): string {
  const content = createHash("sha256").update(readFileSync(wheel)).digest("hex").slice(0, 12);
  const version = ask(python, "import sys; print('%d.%d' % sys.version_info[:2])");
  const environment = join(REPOSITORY, ".cache/test-pythons", `${version}-${content}`);
  const made = join(environment, "bin/python");
  if (existsSync(made)) return made;
  mkdirSync(dirname(environment), { recursive: true });
  const draft = mkdtempSync(`${environment}-`);
  execFileSync(python, ["-m", "venv", "--without-pip", draft]);
  // Our wheel is pure and has no scripts that a server needs: unpacking is installing, and needs no pip.
  execFileSync(python, ["-m", "zipfile", "-e", wheel, join(draft, `lib/python${version}/site-packages`)]);
  try {
    renameSync(draft, environment);
  } catch {
    rmSync(draft, { recursive: true }); // Another test process was quicker.
  }
  return made;
}

function candidates(version: string): string[] {
  const manager = join(homedir(), ".pyenv/versions");
  const managed = existsSync(manager) ? readdirSync(manager).filter((name) => name.startsWith(`${version}.`)) : [];
  const folders = [...managed.map((name) => join(manager, name, "bin")), ...(process.env["PATH"] ?? "").split(":")];
  return folders.map((folder) => join(folder, `python${version}`));
}

function ask(python: string, question: string): string {
  return execFileSync(python, ["-c", question], { encoding: "utf8" }).trim();
}
