/** Python environments below .cache/bench, made once and kept; and what a server started from one finds around it. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

const PYTHON_VERSION = "3.11";
const cache = join(import.meta.dirname, "..", "..", ".cache", "bench");
const run = promisify(execFile);

/** Nothing of the caller's environment, so that two runs agree. */
export function baseEnv(python: string): Record<string, string> {
  // The reference starts its worker as the `python` found on PATH.
  const path = [dirname(python), "/usr/local/bin", "/usr/bin", "/bin"].join(delimiter);
  return { PATH: path, LANG: "C.UTF-8", HOME: cache };
}

/** A virtual environment with these packages. One whose making was interrupted has no mark and is made again. */
export async function environment(
  name: string,
  say: (line: string) => void,
  packages: readonly string[],
): Promise<string> {
  const home = join(cache, name);
  const mark = join(home, ".complete");
  if (existsSync(mark)) return home;
  say(`Installing ${name} into .cache/bench …`);
  await forgetOlder(name);
  await rm(home, { recursive: true, force: true });
  await run(await findPython(), ["-m", "venv", home]);
  const python = join(home, "bin", "python");
  if (packages.length > 0) {
    await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages]);
    // Start-up is measured, so no side may be compiling its modules while the other has them ready.
    await run(python, ["-m", "compileall", "-q", join(home, "lib")], { maxBuffer: 2 ** 26 }).catch(() => {
      // Some packages carry templates that are not valid Python; what is valid has been compiled.
    });
  }
  await writeFile(mark, "");
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
