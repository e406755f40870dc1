/**
 * ./cog on a machine that has only Node and Python: everything here happens in one fresh copy of the tree, in the
 * order in which somebody would meet it.
 */
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { at, root } from "./repository.ts";

const INSTALLING_MS = 300_000;

let base: string;
let clone: string;

beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "cog launcher ")));
  clone = join(base, "a clone");
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root, encoding: "utf8" });
  for (const file of files.split("\0")) {
    if (file === "" || !existsSync(at(file))) continue;
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    cpSync(at(file), join(clone, file));
  }
});

afterAll(() => rmSync(base, { recursive: true, force: true, maxRetries: 3 }));

describe("a machine that lacks something", () => {
  test.each([
    ["no node", {}, /Node\.js is not installed\. Install Node\.js 20\.20 or newer/],
    [
      "an old node",
      { node: "echo 18.19.0", npm: "exit 0" },
      /Node\.js 18\.19\.0 at .* is too old\. Install Node\.js 20\.20/,
    ],
    ["a broken node", { node: "exit 127", npm: "exit 0" }, /does not work\. Install Node\.js 20\.20/],
    ["no npm", { node: "echo 22.1.0" }, /npm is not installed/],
    ["no python", { node: "echo 22.1.0", npm: "exit 0" }, /Python 3\.10 or newer is not installed/],
    [
      "an old python",
      { node: "echo 22.1.0", npm: "exit 0", python3: "exit 1" },
      /Python 3\.10 or newer is not installed/,
    ],
  ])("%s: says what to install", async (_, programs, message) => {
    const path = pathWith(programs);
    const result = await cog(["--version"], { env: { PATH: path } });
    expect(result).toMatchObject({ exit: 1, stdout: "" });
    expect(result.stderr).toMatch(message);
  });
});

describe("first use", () => {
  test(
    "an installation that is cut off is begun again",
    async () => {
      const child = spawn("sh", [join(clone, "cog"), "--version"], { detached: true, stdio: "ignore" });
      const ended = new Promise((resolve) => child.once("close", resolve));
      while (!existsSync(join(clone, "node_modules")) && child.exitCode === null) await delay(10);
      process.kill(-Number(child.pid), "SIGKILL");
      await ended;
      expect(existsSync(join(clone, "dist/.built"))).toBe(false);
    },
    INSTALLING_MS,
  );

  test(
    "two at once, through a link, from elsewhere, without a home",
    async () => {
      const link = join(base, "cog-link");
      symlinkSync("a clone/cog", link);
      const env = { ...process.env, HOME: undefined };
      const both = await Promise.all([1, 2].map(() => cog(["--version"], { program: link, cwd: "/", env })));
      for (const { exit, stdout } of both) {
        expect(exit).toBe(0);
        expect(stdout).toMatch(/^cog version \S+ \(built \S+\)\n$/);
      }
      const said = both.map(({ stderr }) => stderr).join("");
      expect(said.match(/Installing packages/g)).toHaveLength(1);
      expect(said).toContain("Waiting for another cog");
    },
    INSTALLING_MS,
  );
});

describe("later uses", { timeout: 60_000 }, () => {
  test("nothing is said and nothing is rebuilt", async () => {
    const before = statSync(join(clone, "dist/.built")).mtimeMs;
    expect(await cog(["--version"])).toMatchObject({ exit: 0, stderr: "" });
    expect(statSync(join(clone, "dist/.built")).mtimeMs).toBe(before);
  });

  test("an edited source is built first, an edited test is not", async () => {
    touch("packages/core/src/redact/redact.test.ts");
    expect((await cog(["--version"])).stderr).toBe("");
    touch("packages/core/src/redact/redact.ts");
    expect((await cog(["--version"])).stderr).toContain("Bundled");
    expect((await cog(["--version"])).stderr).toBe("");
  });

  test("a home that cannot be written to does no harm", async () => {
    rmSync(join(clone, "dist"), { recursive: true });
    const result = await cog(["--version"], { env: { ...process.env, HOME: "/nonexistent/home" } });
    expect(result).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^cog version/) });
  });

  test("another node on PATH is looked at before it is used", async () => {
    const path = pathWith({ node: "exit 127", npm: "exit 0" });
    expect(await cog(["--version"], { env: { PATH: path } })).toMatchObject({ exit: 1, stdout: "" });
    expect(await cog(["--version"])).toMatchObject({ exit: 0 });
  });
});

function touch(path: string): void {
  const now = new Date();
  utimesSync(join(clone, path), now, now);
}

interface Result {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Options {
  readonly program?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

async function cog(args: readonly string[], { program, cwd = base, env = process.env }: Options = {}): Promise<Result> {
  const child = spawn(program ?? join(clone, "cog"), args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const written = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      written[stream] += text;
    });
  }
  const exit = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { exit, ...written };
}

/** A PATH with the system's small commands and these programs, each given as a line of shell. */
function pathWith(programs: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(base, "path-"));
  for (const name of ["sh", "find", "env", "mkdir", "readlink", "touch", "cat", "mv", "rm"]) {
    const found = ["/bin", "/usr/bin"].map((bin) => join(bin, name)).find(existsSync);
    if (found !== undefined) symlinkSync(found, join(folder, name));
  }
  for (const [name, line] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}
