/** What happens only in a terminal, in a real one: colour, width, redrawing. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { COG } from "../testing/cog-process.ts";
import { Terminal } from "../testing/terminal.ts";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const NODE = COG.slice(0, -1);

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "cog-terminal-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

function open(command: readonly string[], env: Readonly<Record<string, string>> = {}, columns = 80): Terminal {
  const terminal = new Terminal(command, { cwd: directory, env: { HOME: directory, ...env }, columns });
  onTestFinished(() => terminal.hangUp());
  return terminal;
}

const RED_CROSS = "\u001B[1m\u001B[31m ✗ ";

test.each<readonly [string, readonly string[], Readonly<Record<string, string>>, boolean]>([
  ["by default", [], {}, true],
  ["with an empty NO_COLOR", [], { NO_COLOR: "" }, true],
  ["in CI with a terminal", [], { CI: "1" }, true],
  ["with NO_COLOR", [], { NO_COLOR: "1" }, false],
  ["with COG_NO_COLOR", [], { COG_NO_COLOR: "1" }, false],
  ["with TERM=dumb", [], { TERM: "dumb" }, false],
  ["with --no-color", ["--no-color"], {}, false],
])("an error is red and marked: %s", async (_, flags, env, colored) => {
  const terminal = open([...COG, "run", ...flags], env);
  expect(await terminal.end()).toBe(1);
  expect(terminal.raw.startsWith(RED_CROSS)).toBe(colored);
  expect(terminal.raw.includes("\u001B")).toBe(colored);
  expect(terminal.text).toContain("cog.yaml not found in");
});

test("only stderr decides: a terminal for stdout gives an error in a file no colour", async () => {
  const terminal = open(["sh", "-c", `"$@" 2>errors.txt`, "sh", ...COG, "run"]);
  expect(await terminal.end()).toBe(1);
  expect(terminal.raw).toBe("");
  expect(readFileSync(join(directory, "errors.txt"), "utf8")).toMatch(/^cog\.yaml not found in/);
});

test.each([60, 100])("help fits into %i columns", async (columns) => {
  const terminal = open([...COG, "run", "--help"], {}, columns);
  expect(await terminal.end()).toBe(0);
  // Examples are for copying: they are not broken.
  const text = terminal.text.slice(terminal.text.indexOf("flags:"));
  expect(text.split(/\r?\n/).filter((line) => line.length > columns)).toEqual([]);
});

const STEP = `
import { createConsole, palette } from "${source("./index.ts")}";
const report = createConsole({
  write: (text) => process.stderr.write(text),
  palette: await palette(true),
  debug: false,
  quiet: false,
  progress: "tty",
  columns: () => process.stderr.columns,
});
const step = report.step("Preparing " + "x".repeat(150));
process.stdin.once("data", () => {
  step.done("Prepared");
  process.exit();
});
setInterval(() => step.update("at work"), 50);
`;

test("a row that is redrawn follows the width of the window and leaves one line", async () => {
  const program = join(directory, "step.mts");
  writeFileSync(program, STEP);
  const terminal = open([...NODE, program], {}, 100);
  const rows = (raw: string) => raw.split("\r\u001B[2K").slice(1, -1);
  await terminal.shows("Preparing");
  await terminal.shows(/(Preparing.*){3}/s);
  expect(new Set(rows(terminal.raw).map(({ length }) => length))).toEqual(new Set([99]));
  terminal.resize(40);
  // A row drawn as the window changed may have its old width; those after it may not.
  const before = terminal.raw.length;
  await terminal.shows(/(Preparing.*){5}/s, before);
  expect(rows(terminal.raw).at(-1)).toHaveLength(39);
  terminal.type("\n");
  expect(await terminal.end()).toBe(0);
  expect(terminal.text.trimEnd().endsWith("✔ Prepared")).toBe(true);
});
