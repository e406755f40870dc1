/** What mypy and pyright say of code that uses the SDK: nothing of what is right, something of every mistake. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { at } from "../repository.ts";
import { pythonEnvironment } from "./environment.ts";

const folder = at("python/tests/typed");
const cache = mkdtempSync(join(tmpdir(), "cog-types-"));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const mistakes = readFileSync(join(folder, "mistakes.py"), "utf8")
  .split("\n")
  .flatMap((line, index) => (line.endsWith("# wrong") ? [index + 1] : []));

test("mypy --strict", () => {
  const bin = pythonEnvironment("check");
  const options = ["--strict", "--python-version=3.10", "--config-file=", `--cache-dir=${cache}`, "--no-error-summary"];
  const files = ["models.py", "mistakes.py"].map((file) => join(folder, file));
  const output = run(join(bin, "mypy"), [...options, "--follow-imports=silent", ...files]);
  const errors = [...output.matchAll(/^(.+\.py):(\d+): error: .*/gm)];
  expect(errors.filter(([, file]) => basename(file ?? "") === "models.py").map(([line]) => line)).toEqual([]);
  expect(linesOf(errors.map(([, , line]) => Number(line)))).toEqual(mistakes);
}, 120_000);

test("pyright --strict", () => {
  const python = join(pythonEnvironment("check"), "python");
  const pyright = at("node_modules/pyright/index.js");
  const output = run(process.execPath, [pyright, "-p", folder, "--outputjson", "--pythonpath", python]);
  const { generalDiagnostics } = JSON.parse(output) as { generalDiagnostics: readonly Diagnostic[] };
  const inModels = generalDiagnostics.filter(({ file }) => basename(file) === "models.py");
  expect(inModels.map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
  expect(linesOf(generalDiagnostics.map(({ range }) => range.start.line + 1))).toEqual(mistakes);
}, 120_000);

interface Diagnostic {
  readonly file: string;
  readonly message: string;
  readonly range: { readonly start: { readonly line: number } };
}

function linesOf(lines: readonly number[]): readonly number[] {
  return [...new Set(lines)].sort((a, b) => a - b);
}

function run(command: string, args: readonly string[]): string {
  const env = { ...process.env, MYPYPATH: at("python/src") };
  return spawnSync(command, args, { cwd: folder, encoding: "utf8", env, timeout: 110_000 }).stdout;
}
