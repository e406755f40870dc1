/** What the package index says of releases, asked through pip: its versions, and what they need. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findPython } from "../python/environment.ts";

const run = promisify(execFile);
/** Metadata of a wheel without its hundreds of megabytes takes pip seconds; an index that is slow takes longer. */
const TIMEOUT_MS = 300_000;
/** Images are Linux on amd64, so those wheels are looked for. */
const PLATFORMS = [
  "manylinux1",
  "manylinux2010",
  "manylinux2014",
  "manylinux_2_17",
  "manylinux_2_27",
  "manylinux_2_28",
];

/** Every release with a wheel for a Python, the newest first. */
export async function versionsFor(name: string, python: string): Promise<readonly string[]> {
  const { stdout } = await pip(["index", "versions", name, ...target(python)]).catch((error: unknown) => {
    if (isMissing(error)) return { stdout: "" };
    throw error;
  });
  const listed = /^Available versions: (.*)$/m.exec(stdout)?.[1] ?? "";
  return listed.split(", ").filter((version) => version !== "");
}

/** The lines of a release's `Requires-Dist`. */
export async function requirementsOf(name: string, version: string, python: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "cog-tables-"));
  try {
    const options = [
      "--dry-run",
      "--ignore-installed",
      "--no-deps",
      "--quiet",
      "--report",
      "-",
      "--use-feature=fast-deps",
    ];
    const { stdout } = await pip(["install", ...options, ...target(python), "--target", folder, `${name}==${version}`]);
    const report = JSON.parse(stdout) as { install: { metadata: { requires_dist?: string[] } }[] }; // pip's own format
    return report.install[0]?.metadata.requires_dist ?? [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function pip(args: readonly string[]): Promise<{ readonly stdout: string }> {
  const command = ["-m", "pip", ...args, "--disable-pip-version-check"];
  return await run(findPython(), command, { timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 });
}

function target(python: string): readonly string[] {
  const platforms = PLATFORMS.flatMap((name) => ["--platform", `${name}_x86_64`]);
  return ["--only-binary", ":all:", "--python-version", python, ...platforms];
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && /No matching distribution found/.test(error.message);
}
