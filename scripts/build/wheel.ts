/**
 * The wheel: python/ plus the built artifacts, staged in a folder outside the repository (hatchling would
 * follow our .gitignore and leave the artifacts out) and packed by a pinned hatchling. Skipped when nothing that goes in changed.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { pythonEnvironment } from "../python/environment.ts";
import { at, dist } from "../repository.ts";
import { npmVersion, pythonVersion, sourceDateEpoch } from "./version.ts";
import { writeIfChanged } from "./write.ts";

interface Artifacts {
  readonly cli: readonly string[];
  readonly server: readonly string[];
  readonly docs: string;
  /** The JSON Schema of cog.yaml. */
  readonly schema: string;
}

/** A file to pack: where it is, and where it goes below the staged copy of python/. */
interface Entry {
  readonly from: string;
  readonly to: string;
}

/** Builds the wheel and returns its path, and whether it had to be built. */
export function buildWheel(artifacts: Artifacts): { path: string; built: boolean } {
  const path = join(dist, `cog-${pythonVersion(npmVersion())}-py3-none-any.whl`);
  const entries = [...pythonSources(), ...artifactEntries(artifacts)];
  const fingerprint = fingerprintOf(entries);
  const stamp = join(dist, "wheel.sha256");
  if (existsSync(path) && existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint)
    return { path, built: false };

  const stage = mkdtempSync(join(tmpdir(), "cog-wheel-"));
  try {
    for (const { from, to } of entries) cpSync(from, join(stage, to));
    pack(stage);
    rmSync(stamp, { force: true });
    removeOtherWheels(basename(path));
    writeIfChanged(path, readFileSync(join(stage, "dist", basename(path))));
    writeIfChanged(stamp, Buffer.from(fingerprint));
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  return { path, built: true };
}

function pythonSources(): Entry[] {
  const files = readdirSync(at("python/src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("__pycache__") && !entry.name.endsWith(".pyc"))
    .map((entry) => relative(at("python"), join(entry.parentPath, entry.name)));
  const metadata = ["pyproject.toml", "README.md", "LICENSE"].filter((name) => existsSync(at("python", name)));
  return [...metadata, ...files].sort().map((name) => ({ from: at("python", name), to: name }));
}

function artifactEntries({ cli, server, docs, schema }: Artifacts): Entry[] {
  return [
    ...server
      .map((from) => ({ from, to: `src/cog/server/${relative(dist, from)}` }))
      .sort((a, b) => (a.to < b.to ? -1 : 1)),
    { from: docs, to: "src/cog/server/docs.html" },
    { from: schema, to: "src/cog/cog.schema.json" },
    ...cli.map((from) => ({ from, to: `src/cog/_cli/${basename(from)}` })).sort((a, b) => (a.to < b.to ? -1 : 1)),
  ];
}

function fingerprintOf(entries: readonly Entry[]): string {
  const hash = createHash("sha256");
  hash.update(readFileSync(at("scripts/python/build.txt")));
  for (const { from, to } of entries) {
    const bytes = readFileSync(from);
    hash.update(`${to}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

function pack(stage: string): void {
  const hatchling = join(pythonEnvironment("build"), "hatchling");
  mkdirSync(join(stage, "dist"));
  const { PYTHONPATH: _, ...env } = process.env;
  execFileSync(hatchling, ["build", "-t", "wheel", "-d", "dist"], {
    cwd: stage,
    env: { ...env, SOURCE_DATE_EPOCH: sourceDateEpoch() },
    stdio: ["ignore", "ignore", process.stderr],
  });
}

/** The CLI takes the one wheel it finds; an older version must not be beside it. */
function removeOtherWheels(name: string): void {
  for (const other of readdirSync(dist)) {
    if (other.startsWith("cog-") && other.endsWith(".whl") && other !== name) rmSync(join(dist, other));
  }
}
