import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { existingProject } from "./existing-project.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cog-existing-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const PLAIN =
  "class Net:\n    def forward(self): ...\n\n\nclass Model:\n    @torch.inference_mode()\n    def predict(self): ...\n";
const COGS = "import cog\n\n\n@decorated\nclass Mine(cog.BaseRunner):\n    async def run(self): ...\n";
const PROJECT = '[project]\nname = "a"\nversion = "1"\n';

test.each([
  [{}, { pythonVersion: "3.13" }],
  [{ "predict.py": PLAIN }, { model: { key: "predict", reference: "predict.py:Model" } }],
  [{ "run.py": COGS, "predict.py": PLAIN }, { model: { key: "run", reference: "run.py:Mine" } }],
  [{ "run.py": `${PLAIN}\n${COGS}` }, { model: { key: "run", reference: "run.py:Mine" } }],
  [
    { "predict.py": "def predict(x: int) -> int:\n    return x\n" },
    { model: { key: "predict", reference: "predict.py:predict" } },
  ],
  [{ "net.py": PLAIN }, { model: undefined }],
  [{ "net.py": COGS }, { model: { key: "run", reference: "net.py:Mine" } }],
  [{ "run.py": "print('a script')\n" }, { model: undefined }],
  [{ "train.py": "def train(n: int) -> str: ...\n" }, { train: "train.py:train" }],
  [{ "train.py": "class Trainer:\n    def train(self): ...\n" }, { train: "train.py:Trainer" }],
  [{ "train.py": "import torch\n" }, { train: undefined }],
  [{ ".python-version": "3.11.4\n" }, { pythonVersion: "3.11" }],
  [{ ".python-version": "cpython-3.10\n" }, { pythonVersion: "3.10" }],
  [{ ".python-version": "pypy3\n" }, { pythonVersion: "3.13" }],
  [
    { "pyproject.toml": `${PROJECT}requires-python = "<3.12"\ndependencies = ["six"]\n` },
    { requirements: "pyproject.toml", pythonVersion: "3.11" },
  ],
  [
    { "pyproject.toml": `${PROJECT}dependencies = []\n`, "requirements.txt": "six\n" },
    { requirements: "requirements.txt" },
  ],
  [{ "requirements.txt": "torch==1.13.1\n" }, { requirements: "requirements.txt", pythonVersion: "3.10" }],
])("in a folder with %j", async (files, expected) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const silent = { info() {}, warn() {}, debug() {}, output() {}, step: () => ({ update() {}, done() {}, fail() {} }) };
  expect(await existingProject(directory, silent)).toMatchObject(expected);
});

test("a pyproject.toml without dependencies to read is told, and not used", async () => {
  writeFileSync(join(directory, "pyproject.toml"), "[tool.ruff\n");
  const warnings: string[] = [];
  const report = { info() {}, debug() {}, output() {}, step: () => ({ update() {}, done() {}, fail() {} }) };
  const found = await existingProject(directory, { ...report, warn: (message) => void warnings.push(message) });
  expect(found.requirements).toBe(undefined);
  expect(warnings).toEqual([expect.stringContaining("pyproject.toml is not used as requirements")]);
});
