/**
 * The interpreters that models run on: each an environment with nothing in it but our wheel, as a model's author has it.
 * `COG_TEST_PYTHONS` names others, separated by colons.
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

/** Interpreters by version, of those that this machine has. */
export function testPythons(): readonly string[] {
  const named = process.env["COG_TEST_PYTHONS"];
  if (named !== undefined) return named.split(":").filter((path) => path !== "");
  return VERSIONS.flatMap((version) => candidates(version).find((path) => existsSync(path)) ?? []);
}

/** What `npm run build` leaves; undefined before the first build. */
export function builtWheel(): string | undefined {
  const folder = join(REPOSITORY, "dist");
  const name = existsSync(folder) ? readdirSync(folder).find((file) => /^cog-.*\.whl$/.test(file)) : undefined;
  return name === undefined ? undefined : join(folder, name);
}

/** The interpreter of an environment that holds only the wheel. Made once for each content of the wheel. */
export function withOnlyTheWheel(python: string, wheel: string): string {
  const content = createHash("sha256").update(readFileSync(wheel)).digest("hex").slice(0, 12);
  const version = ask(python, "import sys; print('%d.%d' % sys.version_info[:2])");
  const environment = join(REPOSITORY, ".cache/test-pythons", `${version}-${content}`);
  const interpreter = join(environment, "bin/python");
  if (existsSync(interpreter)) return interpreter;
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
  return interpreter;
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
