import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CogError } from "@cog/core/errors";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Reporter } from "#report";
import { refusalOf } from "../testing/refusal.ts";
import { openProject } from "./index.ts";

let root = "";
let said: string[] = [];
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "cog-open-")));
  said = [];
});
afterEach(() => rmSync(root, { recursive: true }));

const say = (kind: string) => (message: string) => void said.push(`${kind}: ${message}`);
const report: Reporter = {
  info: say("info"),
  warn: say("warn"),
  debug: say("debug"),
  output: () => {},
  step: () => ({ update: () => {}, done: () => {}, fail: () => {} }),
};

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function open(from = ".", file = "cog.yaml") {
  const { directory, configFile } = openProject({ workingDirectory: join(root, from), file, report });
  return [directory, configFile].map((path) => path.replace(root, "."));
}

function refusal(from = ".", file = "cog.yaml"): CogError {
  return refusalOf(() => open(from, file));
}

const FINE = 'build: {python_version: "3.12"}\n';

test("the nearest directory upwards that has the file is the project", () => {
  write("a/cog.yaml", FINE);
  write("a/b/c/x", "");
  write("a/conf/my.yaml", FINE);
  expect(open("a")).toEqual(["./a", "./a/cog.yaml"]);
  expect(open("a/b/c")).toEqual(["./a", "./a/cog.yaml"]);
  expect(open("a/b", "conf/my.yaml")).toEqual(["./a", "./a/conf/my.yaml"]);
});

test("a directory is no config file, but may have one", () => {
  write("a/cog.yaml", FINE);
  write("b/x", "");
  expect(refusal(".", "a")).toMatchObject({
    message: "Cannot read a: it is a directory, not a file",
    hint: "Write: -f a/cog.yaml",
  });
  expect(refusal(".", join(root, "b"))).toMatchObject({ hint: "Name a file with -f." });
});

test("an absolute name, or one that leads elsewhere, is a project where it lies", () => {
  write("a/cog.yaml", FINE);
  write("b/x", "");
  expect(open("b", join(root, "a/cog.yaml"))).toEqual(["./a", "./a/cog.yaml"]);
  expect(open("b", "../a/cog.yaml")).toEqual(["./a", "./a/cog.yaml"]);
});

test("links to a project lead to it", () => {
  write("a/cog.yaml", FINE);
  symlinkSync("a", join(root, "link"));
  expect(open("link")).toEqual(["./a", "./a/cog.yaml"]);
});

test("what is not there is said with where it was looked for", () => {
  expect(refusal().message).toBe(`cog.yaml not found in ${root} (or in any parent directories)`);
  expect(refusal(".", "my.yaml").message).toContain("my.yaml not found in");
  expect(refusal(".", join(root, "no.yaml"))).toMatchObject({
    code: "config.not_found",
    hint: expect.stringContaining("cog init"),
  });
});

test("several problems are told at once, each with its place; a single one has it itself", () => {
  write("cog.yaml", "build:\n  gpu: maybe\n  cuda: latest\n");
  expect(refusal().several.map(({ place }) => [place?.file, place?.line, place?.column])).toEqual([
    ["cog.yaml", 2, 8],
    ["cog.yaml", 3, 9],
  ]);
  write("cog.yaml", "build: [");
  expect(refusal()).toMatchObject({ code: "config.syntax", place: { file: "cog.yaml", line: 1 } });
});

test.each([
  ["r.txt", 'build.python_requirements "r.txt"', "does not exist"],
  ["dir", "build.python_requirements", "directory"],
])("requirements in %s are refused where they are named", (name, ...words) => {
  mkdirSync(join(root, "dir"));
  write("cog.yaml", `build:\n  python_requirements: ${name}\n`);
  const refused = refusal();
  for (const word of words) expect(refused.message).toContain(word);
  expect(refused.place).toMatchObject({ file: "cog.yaml", line: 2, column: 24 });
});

test("warnings say where; what is of no interest is for --debug", () => {
  write("cog.yaml", "predict: p.py:P\nbuild:\n  fast: true\n  pythn_version: 3\n");
  open();
  expect(said).toEqual([
    'warn: cog.yaml:4:3: unknown key "build.pythn_version"; did you mean "build.python_version"?',
    'debug: cog.yaml:3:9: key "build.fast" has no effect any more',
    'warn: cog.yaml:1:10: deprecated field "predict": use "run" instead',
    "debug: cog.yaml:3:3: build.python_version is not set; using Python 3.13",
  ]);
});

test("deprecations can be silenced", () => {
  write("cog.yaml", "predict: p.py:P\nbuild: {python_version: '3.12', gpuu: true}\n");
  openProject({ workingDirectory: root, file: "cog.yaml", report, deprecations: false });
  expect(said).toEqual([expect.stringContaining("gpuu")]);
});

test("a file with mistakes warns of unknown keys only", () => {
  write("cog.yaml", "predict: p.py:P\nbuild: {gpu: maybe, cudda: 1}\n");
  refusal();
  expect(said).toEqual(['warn: cog.yaml:2:21: unknown key "build.cudda"; did you mean "build.cuda"?']);
});
