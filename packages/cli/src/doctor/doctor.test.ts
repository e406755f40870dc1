/**
 * Projects as folders: `fixtures/NAME/before` is looked at, `findings.txt` is what is found, and `after` is what `--fix`
 * leaves (absent: nothing changes). UPDATE_FIXTURES=1 writes both anew, to be reviewed like code.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Draft, type Examined, examine } from "./index.ts";

const FIXTURES = fileURLToPath(new URL("./fixtures", import.meta.url));
const UPDATE = process.env["UPDATE_FIXTURES"] === "1";
/** They depend on the machine. */
const ELSEWHERE = /^env-|^python-interface-agreement$/;

let cache = "";
let directory = "";
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), "cog-doctor-cache-"));
});
afterAll(() => rmSync(cache, { recursive: true }));
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cog-doctor-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function look({ fix }: { readonly fix: boolean }) {
  const silent = { info() {}, warn() {}, debug() {}, output() {}, step: () => ({ update() {}, done() {}, fail() {} }) };
  const none = () => {
    throw new Error("nothing is prepared in these tests");
  };
  const pythonSearch = { path: "", installations: [] };
  const local = { cacheDirectory: cache, python: undefined, ownPython: undefined, pythonSearch, environment: {} };
  const surroundings = { skipDocker: true, skipGpu: true, report: silent, signal: new AbortController().signal };
  return examine(
    {
      ...surroundings,
      local: { ...local, node: process.execPath, sdk: none, sdkWheel: undefined },
      workingDirectory: directory,
      file: "cog.yaml",
    },
    { fix, onExamined: () => {} },
  );
}

function told(examined: readonly Examined[]): string {
  const lines = examined.flatMap(({ check, look: { ...found } }) =>
    found.kind === "skipped" || ELSEWHERE.test(check.id)
      ? []
      : found.findings.map(({ severity, place, message, fixable, remedy }) => {
          const where = [place?.file, place?.line].filter((part) => part !== undefined).join(":");
          const then = fixable ? "\n  fixable" : remedy === undefined ? "" : `\n  ${remedy}`;
          return `${severity} ${check.id} ${where}\n  ${message}${then}\n`;
        }),
  );
  return lines.join("").replaceAll(directory, "<directory>");
}

function filesIn(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

test.each(readdirSync(FIXTURES))("%s", async (name) => {
  const [before, after, findings] = ["before", "after", "findings.txt"].map((part) => join(FIXTURES, name, part)) as [
    string,
    string,
    string,
  ];
  cpSync(before, directory, { recursive: true });
  const found = told((await look({ fix: false })).examined);
  expect(filesIn(directory), "looking changes nothing").toEqual(filesIn(before));
  const fixable = found.match(/^ {2}fixable$/gm)?.length ?? 0;
  const { fixed, examined } = await look({ fix: true });
  const mended = filesIn(directory);
  if (UPDATE) {
    writeFileSync(findings, found);
    rmSync(after, { recursive: true, force: true });
    if (fixable > 0) cpSync(directory, after, { recursive: true });
  }
  expect(found).toBe(readFileSync(findings, "utf8"));
  expect(mended).toEqual(filesIn(existsSync(after) ? after : before));
  expect(fixed, "all that is fixable is fixed").toBe(fixable);
  expect(told(examined), "nothing fixable is left").not.toContain("\n  fixable\n");
  expect((await look({ fix: true })).fixed, "a second time there is nothing to do").toBe(0);
  expect(filesIn(directory)).toEqual(mended);
});

const OLD = { "cog.yaml": "predict: predict.py:Predictor\n", "predict.py": readOld() };

function readOld(): string {
  return readFileSync(join(FIXTURES, "old-names-run-exists", "before", "predict.py"), "utf8");
}

test("line ends and byte order marks stay what they were", async () => {
  const bytes = (text: string) => `\uFEFF${text.replaceAll("\n", "\r\n")}`;
  for (const [name, text] of Object.entries(OLD)) writeFileSync(join(directory, name), bytes(text));
  expect((await look({ fix: true })).fixed).toBe(1);
  const renamed = readOld()
    .replaceAll("Predictor", "Runner")
    .replace("BaseRunner", "BaseRunner")
    .replace("predict(", "run(");
  expect(filesIn(directory)).toEqual({ "cog.yaml": bytes("run: run.py:Runner\n"), "run.py": bytes(renamed) });
});

test("when one file cannot be written, none is", async () => {
  for (const [name, text] of Object.entries(OLD)) writeFileSync(join(directory, name), text);
  mkdirSync(join(directory, `run.py.${process.pid}.new`)); // where the new file is first written
  await expect(look({ fix: true })).rejects.toThrow("Nothing was changed");
  expect(filesIn(directory)).toEqual(OLD);
});

test("a file that somebody saves meanwhile is not overwritten", () => {
  const path = join(directory, "a.py");
  writeFileSync(path, "old\n");
  const draft = new Draft();
  draft.write(path, "ours\n");
  writeFileSync(path, "theirs\n");
  expect(() => draft.commit()).toThrow("was changed meanwhile");
  expect(readFileSync(path, "utf8")).toBe("theirs\n");
});
