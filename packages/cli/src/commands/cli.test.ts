/** The whole command line, as a process in a directory of its own. Scenarios with models are in e2e/. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { COG } from "../testing/cog-process.ts";

const [program, ...before] = COG;

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cog-cli-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function cog(...args: string[]) {
  return cogIn(".", ...args);
}

function cogIn(folder: string, ...args: string[]) {
  const environment = { PATH: process.env["PATH"] ?? "", HOME: directory, COG_ENGINE: "local" };
  const { status, stdout, stderr } = spawnSync(program, [...before, ...args], {
    cwd: join(directory, folder),
    env: environment,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
}

const RUNNER =
  "from cog import BaseRunner\n\nclass Runner(BaseRunner):\n    def run(self, name: str) -> str:\n        return name\n";

test("a wrong cog.yaml is told with its lines, on stderr, all of it", () => {
  write({ "cog.yaml": "build:\n  gpu: maybe\nrun: run.py\n" });
  expect(cog("run")).toEqual({
    status: 1,
    stdout: "",
    stderr: [
      'cog.yaml:2:8: schema error in "build.gpu": must be a boolean: true or false, found "maybe"',
      "  2 |   gpu: maybe",
      "             ^",
      'cog.yaml:3:6: invalid run "run.py": must be in the form "run.py:Runner": a file and the class or function in it',
      "  3 | run: run.py",
      "           ^",
      "Run 'cog doctor' to check the rest of the project too.",
      "",
    ].join("\n"),
  });
});

test("global flags may stand before and after the command", () => {
  write({ "cog.yaml": 'build: {python_version: "3.11"}\nrun: run.py:Runner\n', "run.py": RUNNER });
  for (const args of [
    ["--engine", "local", "run", "--inputs"],
    ["run", "--inputs", "--engine=local"],
  ])
    expect(cog(...args)).toEqual({ status: 0, stdout: "name  text, required\n", stderr: "" });
  expect(cog("--engine", "nope", "run")).toMatchObject({ status: 2, stderr: expect.stringContaining("--engine") });
});

test("what cog run means is decided by files of the project too, wherever one stands in it", () => {
  write({ "cog.yaml": "build: {}\n", tool: "" });
  mkdirSync(join(directory, "inner"));
  expect(cogIn("inner", "run", "--debug", "tool").stderr).toContain('"cog run <command>" is deprecated');
  expect(cogIn("inner", "run", "s=1")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("Invalid image name 's=1'. Did you forget `-i`?"),
  });
  expect(cog("run", "my-model", "-i")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("flag needs an argument: -i"),
  });
});

test("a config below is found from a folder inside, and by an absolute name", () => {
  mkdirSync(join(directory, "inner"));
  write({ "other.yaml": 'build: {python_version: "3.11"}\nrun: run.py:Runner\n', "run.py": RUNNER });
  expect(cog("schema", "-f", join(directory, "other.yaml"))).toMatchObject({ status: 0, stderr: "" });
});

test("the interface of a changed source is read again", () => {
  write({ "cog.yaml": 'build: {python_version: "3.11"}\nrun: run.py:Runner\n', "run.py": RUNNER });
  expect(cog("run", "--inputs").stdout).toBe("name  text, required\n");
  expect(readFileSync(join(directory, ".cog", ".gitignore"), "utf8")).toBe("*\n");
  write({ "run.py": RUNNER.replace("name: str", "count: int") });
  expect(cog("run", "--inputs").stdout).toBe("count  whole number, required\n");
});

test("starter files are written once, and around a model that is there", () => {
  expect(cog("init")).toMatchObject({ status: 0, stdout: "", stderr: expect.stringContaining("Creating cog.yaml") });
  expect(existsSync(join(directory, ".github/workflows/push.yaml"))).toBe(true);
  expect(cog("init").stderr).toContain("Skipped existing run.py");
  expect(cog("run", "--inputs")).toMatchObject({ status: 0, stdout: expect.stringContaining("default 1.5") });
});

test.each([
  [["inspect", "--json", "--bogus"], 2, "usage"],
  [["build", "--json"], 1, "config.not_found"],
  [["inspect", "no-such-image", "--json"], 1, ""],
])("cog %j: a failure is an object on stdout as well", (args, status, code) => {
  const result = cog(...args);
  const { error } = JSON.parse(result.stdout) as { error: { code: string; message: string } };
  expect([result.status, code === "" ? "" : error.code]).toEqual([status, code]);
  expect(result.stderr).toContain(error.message);
});

test("the object says where the mistake is", () => {
  write({ "cog.yaml": "build:\n  gpu: maybe\n" });
  expect(JSON.parse(cog("inspect", "--json").stdout)).toMatchObject({
    error: { code: "config.invalid", file: "cog.yaml", line: 2, message: expect.stringContaining("gpu") },
  });
});

test.each([
  [["help", "bogus"], 2, 'unknown command "bogus"'],
  // Two letters, as of ps, are not what every short word was meant to be.
  [["apps"], 2, 'unknown command "apps" for "cog"\nRun'],
  [["biuld"], 2, 'Did you mean "build"?'],
  [["ser"], 2, 'Did you mean "serve"?'],
  [["infer"], 2, 'Did you mean "run"?'],
  [["deploy", "k8s"], 2, 'Did you mean "kubernetes"?'],
  [["serve", "--upload-url", "files"], 2, 'invalid argument "files" for --upload-url'],
  [["queue", "submit", "--webhook", "localhost:80"], 2, 'invalid argument "localhost:80" for --webhook'],
  [["weights", "fetch"], 2, "cog weights fetch --to /"],
  [["--bogus"], 2, "unknown flag: --bogus"],
  [["run", "-p", "80"], 2, "cog serve -p"],
  [["run", "--use-replicate-token"], 1, "cog.yaml not found"],
])("cog %j fails with status %i", (args, status, words) => {
  expect(cog(...args)).toMatchObject({ status, stdout: "", stderr: expect.stringContaining(words) });
});

test("help is on stdout, also of a command that is hidden", () => {
  expect(cog("help", "exec")).toMatchObject({ status: 0, stdout: expect.stringContaining("--publish"), stderr: "" });
  expect(cog("train", "--help")).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("cog train"),
    stderr: expect.stringContaining('Command "train" is deprecated'),
  });
});
