/**
 * The two servers under test, each in a Python environment of its own below .cache/bench, made once and kept.
 * The reference is installed from PyPI at one version and only ever run.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Options, Side } from "../question.ts";

const REFERENCE_VERSION = "0.23.1";
const PYTHON_VERSION = "3.11";

const root = join(import.meta.dirname, "..", "..");
const cache = join(root, ".cache", "bench");
const run = promisify(execFile);

export interface Contestant {
  readonly side: Side;
  /** What exactly is measured, for the notes. */
  readonly label: string;
  readonly python: string;
  readonly env: Readonly<Record<string, string>>;
}

export async function contestants(options: Options): Promise<Contestant[]> {
  const all: Contestant[] = [];
  if (options.side !== "ours") all.push(await reference(options));
  if (options.side !== "reference")
    all.push(options.source ? await oursFromSource(options) : await oursFromWheel(options));
  return all;
}

async function reference(options: Options): Promise<Contestant> {
  const home = await environment(`reference-${REFERENCE_VERSION}`, options, [
    `cog==${REFERENCE_VERSION}`,
    `coglet==${REFERENCE_VERSION}`,
  ]);
  return contestant("reference", `cog and coglet ${REFERENCE_VERSION} from PyPI`, join(home, "bin", "python"), {});
}

async function oursFromWheel(options: Options): Promise<Contestant> {
  const dist = join(root, "dist");
  const wheel = (existsSync(dist) ? await readdir(dist) : []).find((name) => /^cog-.*\.whl$/.test(name));
  if (wheel === undefined) throw new Error("There is no wheel in dist/. Run `npm run build` first, or pass --source.");
  const path = join(dist, wheel);
  const digest = createHash("sha256")
    .update(await readFile(path))
    .digest("hex")
    .slice(0, 12);
  const home = await environment(`ours-${digest}`, options, [path]);
  return contestant("ours", wheel, join(home, "bin", "python"), profiling(options));
}

async function oursFromSource(options: Options): Promise<Contestant> {
  const home = await environment("bare", options, []);
  return contestant("ours", "the working tree", join(home, "bin", "python"), {
    PYTHONPATH: join(root, "python", "src"),
    COG_SERVER_BUNDLE: join(root, "dist", "server.mjs"),
    COG_NODE: process.execPath,
    ...profiling(options),
  });
}

function contestant(side: Side, label: string, python: string, env: Record<string, string>): Contestant {
  // The reference starts its worker as the `python` found on PATH.
  const path = [join(python, ".."), "/usr/local/bin", "/usr/bin", "/bin"].join(delimiter);
  return { side, label, python, env: { PATH: path, LANG: "C.UTF-8", HOME: cache, ...env } };
}

function profiling({ profile }: Options): Record<string, string> {
  return profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` };
}

/** A virtual environment with these packages; made beside its place and moved there, so that it is whole or absent. */
async function environment(name: string, options: Options, packages: readonly string[]): Promise<string> {
  const home = join(cache, name);
  if (existsSync(home)) return home;
  options.say(`Installing ${name} into .cache/bench …`);
  await forgetOlder(name);
  const unfinished = `${home}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await run(await findPython(), ["-m", "venv", unfinished]);
  const python = join(unfinished, "bin", "python");
  if (packages.length > 0) {
    await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages]);
    // Start-up is measured, so no side may be compiling its modules while the other has them ready.
    await run(python, ["-m", "compileall", "-q", join(unfinished, "lib")], { maxBuffer: 2 ** 26 }).catch(() => {
      // Some packages carry templates that are not valid Python; what is valid has been compiled.
    });
  }
  await rename(unfinished, home);
  return home;
}

/** Every build of ours is a new environment of some 100 MB. */
async function forgetOlder(name: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  if (!name.startsWith("ours-")) return;
  for (const other of await readdir(cache)) {
    if (other.startsWith("ours-")) await rm(join(cache, other), { recursive: true, force: true });
  }
}

async function findPython(): Promise<string> {
  const candidates = [process.env["COG_BENCH_PYTHON"], `python${PYTHON_VERSION}`, "python3", "python"];
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    const ask = "import sys; print(sys.executable, '%d.%d' % sys.version_info[:2])";
    const found = await run(candidate, ["-c", ask]).then(
      (result) => result.stdout.trim(),
      () => "",
    );
    if (found.endsWith(` ${PYTHON_VERSION}`)) return found.slice(0, -PYTHON_VERSION.length - 1);
  }
  throw new Error(`Python ${PYTHON_VERSION} was not found. Name one in COG_BENCH_PYTHON.`);
}
