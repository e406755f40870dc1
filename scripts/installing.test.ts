/** The ways in of docs/how-to/install.md besides the clone: each is one line, works alone, and upgrades by being run again. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { npmVersion, pythonVersion } from "./build/version.ts";
import { findPython } from "./python/environment.ts";
import { at, dist } from "./repository.ts";

const INSTALL_AND_RUN_MS = 300_000;

const base = mkdtempSync(join(tmpdir(), "cog-installing-"));
afterAll(() => rmSync(base, { recursive: true, force: true, maxRetries: 3 }));

test("npm: packed, and installed with nothing else", { timeout: INSTALL_AND_RUN_MS }, () => {
  const prefix = join(base, "npm");
  mkdirSync(prefix);
  npm(["pack", "--silent", dist], prefix);
  const [archive = ""] = readdirSync(prefix);
  const install = () =>
    npm(["install", "--global", "--offline", "--no-audit", "--no-fund", "--prefix", prefix, archive], prefix);
  install();
  install();
  expect(readdirSync(join(prefix, "lib/node_modules"))).toEqual(["@cog"]);
  expectToWork(join(prefix, "bin"));
});

test("pip: the wheel, with a Node of its own", { timeout: INSTALL_AND_RUN_MS }, () => {
  const environment = join(base, "pip");
  const wheel = join(dist, `cog-${pythonVersion(npmVersion())}-py3-none-any.whl`);
  execFileSync(findPython(), ["-m", "venv", environment]);
  const install = () => execFileSync(join(environment, "bin/pip"), ["install", "--quiet", "--upgrade", wheel]);
  install();
  install();
  expectToWork(join(environment, "bin"), { withoutNode: true });
});

/** Runs a model by the program in this folder, which finds nothing of this repository. */
function expectToWork(bin: string, { withoutNode = false } = {}): void {
  const path = [bin, ...(withoutNode ? [] : [dirname(process.execPath)]), dirname(findPython()), "/usr/bin", "/bin"];
  const env = { PATH: path.join(":"), HOME: base, COG_ENGINE: "local", COG_NO_UPDATE_CHECK: "1" };
  const cog = (...words: string[]) =>
    execFileSync(join(bin, "cog"), words, { cwd: at("examples/hello"), env, encoding: "utf8", stdio: "pipe" });
  expect(cog("--version")).toContain(npmVersion());
  expect(cog("run", "-i", "name=Ada")).toContain("Ada");
}

function npm(words: readonly string[], cwd: string): void {
  execFileSync("npm", words, { cwd, stdio: ["ignore", "ignore", "pipe"] });
}
