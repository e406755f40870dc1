import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sourceFiles } from "./source-files.ts";

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "cog-source-"));
});

afterEach(() => rmSync(project, { recursive: true }));

const write = (path: string, text = "") => {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
};

const paths = async () => (await sourceFiles(project)).map(({ path }) => path);

test.each([
  ["a name matches in the root only", "data", ["a/data", "a"], ["data"]],
  ["**/ matches at every depth", "**/data", ["a"], ["data", "a/data"]],
  ["a directory is excluded with all below it", "data", [], ["data/x/y"]],
  ["* does not cross directories", "*.bin", ["a/x.bin"], ["x.bin"]],
  ["a leading slash changes nothing", "/data", ["a/data"], ["data"]],
  ["a later exception wins", "data\n!data/keep", ["data/keep", "data"], ["data/lose"]],
  ["everything but", "*\n!run.py\n!src", ["run.py", "src/x.py"], ["other.py", "data/x"]],
  ["comments and blank lines", "# run.py\n\nx", ["run.py"], ["x"]],
  ["CRLF and a trailing slash", "data/\r\n", ["a/data"], ["data/x"]],
])("%s", async (_title, rules, kept, dropped) => {
  for (const path of [...kept, ...dropped]) if (!isParent(path, [...kept, ...dropped])) write(path);
  write(".dockerignore", rules);
  const found = await paths();
  for (const path of kept) expect(found).toContain(path);
  for (const path of dropped) expect(found).not.toContain(path);
});

test("never takes .cog, whatever the rules say", async () => {
  write(".cog/openapi_schema.json");
  write(".dockerignore", "!.cog");
  expect(await paths()).toEqual([".dockerignore"]);
});

test("keeps symlinks as symlinks and names parents first", async () => {
  write("a/b.txt", "text");
  symlinkSync("a/b.txt", join(project, "link"));
  expect(await sourceFiles(project)).toEqual([
    { path: "a", kind: "directory", sizeBytes: 0, isExecutable: false },
    { path: "a/b.txt", kind: "file", sizeBytes: 4, isExecutable: false },
    { path: "link", kind: "symlink", sizeBytes: 7, isExecutable: false },
  ]);
});

function isParent(path: string, all: readonly string[]): boolean {
  return all.some((other) => other.startsWith(`${path}/`));
}
