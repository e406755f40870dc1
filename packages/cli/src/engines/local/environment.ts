/**
 * Virtual environments, one for each combination of interpreter, requirements and SDK, kept in the cache directory.
 * An environment is complete when its marker is there, which is written last: a half-built one is built again. It is
 * built in place, not moved there afterwards, since the scripts in its `bin/` name their interpreter by its path.
 */
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CogError, systemCodeOf } from "@cog/core/errors";
import { localFiles, type Requirements, renderLine } from "#requirements";
import type { CarriedSdk } from "#sdk";
import type { Context } from "../engine.ts";
import { installRequirements, makeVenv } from "./install.ts";
import type { Python } from "./python.ts";
import { runTool } from "./tool.ts";

export interface EnvironmentSpec {
  readonly python: Python;
  readonly requirements: Requirements;
  readonly sdk: CarriedSdk;
  /** `auto`: uv where there is one, else pip. */
  readonly installer: "pip" | "uv" | "auto";
  readonly cacheDirectory: string;
  /** PATH and the like, for uv and pip. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface ModelEnvironment {
  readonly directory: string;
  readonly bin: string;
  readonly python: string;
}

/** Format of environments; another one makes all of them anew. */
const FORMAT = 2;
const MARKER = ".complete";
const LOCK_STALE_MS = 10_000;
const LOCK_POLL_MS = 100;

export async function ensureEnvironment(spec: EnvironmentSpec, context: Context): Promise<ModelEnvironment> {
  const environments = join(writableCache(spec.cacheDirectory), "environments");
  const environment = environmentIn(join(environments, hashOf(spec)));
  if (isComplete(environment)) return environment;
  mkdirSync(environments, { recursive: true });
  await withLock(environment.directory, context, async () => {
    if (isComplete(environment)) return;
    rmSync(environment.directory, { recursive: true, force: true });
    await build(environment, spec, context);
    writeFileSync(join(environment.directory, MARKER), installed(environment).join("\n"));
  });
  return environment;
}

/** The environment if it is there already. */
export function findEnvironment(spec: EnvironmentSpec): ModelEnvironment | undefined {
  const environment = environmentIn(join(writableCache(spec.cacheDirectory), "environments", hashOf(spec)));
  return isComplete(environment) ? environment : undefined;
}

async function build(environment: ModelEnvironment, spec: EnvironmentSpec, context: Context): Promise<void> {
  const wantsPackages = spec.requirements.lines.length > 0;
  const step = context.report.step(`Preparing a Python ${spec.python.version} environment`);
  try {
    await makeVenv(environment, spec, context);
    if (wantsPackages) await installRequirements(environment, spec, { ...context, step });
    await installSdk(environment, spec, context);
    step.done();
  } catch (error) {
    step.fail({ interrupted: context.signal.aborted });
    rmSync(environment.directory, { recursive: true, force: true });
    throw error;
  }
}

/** A wheel of pure Python is an archive of what lies in site-packages: this needs neither pip nor a network. */
async function installSdk(
  { directory, python }: ModelEnvironment,
  { sdk }: EnvironmentSpec,
  context: Context,
): Promise<void> {
  const target = sitePackagesOf(directory);
  for (const entry of readdirSync(target).filter((name) => /^cog(-[^/]*\.dist-info)?$/.test(name)))
    rmSync(join(target, entry), { recursive: true });
  if (sdk.kind === "wheel") {
    await runTool(python, ["-I", "-m", "zipfile", "-e", sdk.file, target], context);
    return;
  }
  for (const entry of readdirSync(sdk.sitePackages).filter((name) => /^cog(-[^/]*\.dist-info)?$/.test(name)))
    cpSync(join(sdk.sitePackages, entry), join(target, entry), { recursive: true });
}

function sitePackagesOf(directory: string): string {
  if (process.platform === "win32") return join(directory, "Lib", "site-packages");
  const lib = join(directory, "lib");
  const [python = "python3"] = readdirSync(lib).filter((name) => name.startsWith("python3"));
  return join(lib, python, "site-packages");
}

function environmentIn(directory: string): ModelEnvironment {
  const windows = process.platform === "win32";
  const bin = join(directory, windows ? "Scripts" : "bin");
  return { directory, bin, python: join(bin, windows ? "python.exe" : "python") };
}

/** Complete when built to its end, and nothing of it went missing since: an interpreter is a link, caches get cleaned. */
function isComplete(environment: ModelEnvironment): boolean {
  const marker = join(environment.directory, MARKER);
  if (!existsSync(marker) || !existsSync(environment.python)) return false;
  const there = new Set(installed(environment));
  return readFileSync(marker, "utf8")
    .split("\n")
    .every((name) => there.has(name));
}

/** What lies in site-packages. */
function installed({ directory }: ModelEnvironment): string[] {
  try {
    return readdirSync(sitePackagesOf(directory)).filter((name) => name !== "__pycache__");
  } catch {
    // Removed by somebody: nothing does.
    return [];
  }
}

function hashOf({ python, requirements, sdk, installer }: EnvironmentSpec): string {
  const hash = createHash("sha256").update(`${FORMAT}\n${python.identity}\n`);
  for (const line of requirements.lines) hash.update(`${renderLine(line, ({ path }) => path)}\n`);
  for (const file of localFiles(requirements.lines)) hash.update("text" in file ? file.text : readFileSync(file.from));
  if (requirements.lines.length > 0) hash.update(installer);
  hash.update(readFileSync(sdk.kind === "wheel" ? sdk.file : recordOf(sdk.sitePackages)));
  return hash.digest("hex").slice(0, 24);
}

/** The list of a package's files with their digests, which every installer writes. */
function recordOf(sitePackages: string): string {
  const information = readdirSync(sitePackages).find((name) => /^cog-[^/]*\.dist-info$/.test(name)) ?? "cog.dist-info";
  return join(sitePackages, information, "RECORD");
}

function writableCache(directory: string): string {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
    return directory;
  } catch {
    // A home that is read-only, or absent: environments then live as long as the machine's temporary files.
    return join(tmpdir(), `cog-cache-${process.getuid?.() ?? "user"}`);
  }
}

/** Two runs at once: one builds, the other waits for it. A builder that died is noticed by the age of its lock. */
async function withLock(directory: string, { signal, report }: Context, work: () => Promise<void>): Promise<void> {
  const { lock } = (await import("proper-lockfile")).default;
  const options = { lockfilePath: `${directory}.lock`, stale: LOCK_STALE_MS, realpath: false };
  for (let waiting = false; ; waiting = true) {
    signal.throwIfAborted();
    const release = await lock(directory, options).catch((error: unknown) => {
      if (systemCodeOf(error) === "ELOCKED") return undefined;
      throw new CogError("environment.lock", `Cannot lock ${directory}`, { cause: error });
    });
    if (release !== undefined) {
      try {
        await work();
      } finally {
        await release();
      }
      return;
    }
    if (!waiting) report.info("Waiting for another cog that prepares the same environment...");
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
}
