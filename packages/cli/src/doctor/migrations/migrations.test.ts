import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Draft } from "../draft.ts";
import { openSubject } from "../subject.ts";
import { migrationSteps } from "./list.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cog-migrate-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

type Files = Readonly<Record<string, string>>;

/** What the steps change of the files (`undefined`: removed), and why they leave what they leave. */
async function migrated(files: Files, steps: readonly string[]) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const unused = () => {
    throw new Error("not needed to migrate");
  };
  const report = { info: unused, warn: unused, debug() {}, output: unused, step: unused };
  const pythonSearch = { path: "", installations: [] };
  const local = { cacheDirectory: "", python: undefined, ownPython: undefined, pythonSearch, environment: {} };
  const draft = new Draft();
  const left: string[] = [];
  for (const step of migrationSteps.filter(({ id }) => steps.includes(id))) {
    const plan = step.plan(
      await openSubject(
        {
          workingDirectory: directory,
          file: "cog.yaml",
          local: { ...local, node: "", sdk: unused, sdkWheel: undefined },
          skipDocker: true,
          skipGpu: true,
          report,
          signal: new AbortController().signal,
        },
        draft,
      ),
    );
    if (plan.kind === "refused") left.push(plan.because);
    if (plan.kind === "ready") plan.apply();
  }
  const changed = Object.fromEntries(draft.changes.map(({ path, after }) => [relative(directory, path), after]));
  return { changed, left };
}

test.each([
  [
    "a list in a line",
    "build: {python_packages: [torch==2.3.1, 'pillow'], gpu: true} # x\n",
    "build: {python_requirements: requirements.txt, gpu: true} # x\n",
    "torch==2.3.1\npillow\n",
  ],
  [
    "a list at the end of a file without a line end",
    "build:\n  python_packages:\n    - a\n    - b # c",
    "build:\n  python_requirements: requirements.txt",
    "a\nb  # c\n",
  ],
  [
    "line ends of another system",
    "build:\r\n  python_packages:\r\n  - a\r\n  gpu: true\r\n",
    "build:\r\n  python_requirements: requirements.txt\r\n  gpu: true\r\n",
    "a\n",
  ],
])("packages move into a requirements file: %s", async (_, before, after, requirements) => {
  const { changed } = await migrated({ "cog.yaml": before }, ["requirements"]);
  expect(changed).toEqual({ "cog.yaml": after, "requirements.txt": requirements });
});

const PACKAGES = "build:\n  python_packages: [a]\n";

test("a requirements file that is there is not touched", async () => {
  const { changed } = await migrated({ "cog.yaml": PACKAGES, "requirements.txt": "mine\n" }, ["requirements"]);
  expect(changed).toEqual({
    "cog.yaml": "build:\n  python_requirements: cog_requirements.txt\n",
    "cog_requirements.txt": "a\n",
  });
});

test("with both names taken, packages are left", async () => {
  const files = { "cog.yaml": PACKAGES, "requirements.txt": "", "cog_requirements.txt": "" };
  expect(await migrated(files, ["requirements"])).toEqual({
    changed: {},
    left: [expect.stringContaining("requirements.txt and cog_requirements.txt exist already")],
  });
});

const method = (imports: string, type: string) =>
  `${imports}from cog import BasePredictor, Input, Path\n\n\nclass Model(BasePredictor):\n    def predict(self, x: ${type} = Input(default=None)) -> str:\n        return ""\n`;

test.each([
  ["", "Path", "from typing import Optional\n", "Optional[Path]"],
  [
    "from typing import List, Optional as Opt\n",
    "List[int]",
    "from typing import List, Optional as Opt\n",
    "Opt[List[int]]",
  ],
  ["import typing as t\n", "int", "import typing as t\n", "t.Optional[int]"],
  [
    "from typing import (\n    Any,\n    Union,\n)\n",
    "str",
    "from typing import (\n    Any,\n    Optional,\n    Union,\n)\n",
    "Optional[str]",
  ],
])("with the imports %j the type %s gets its Optional", async (imports, type, newImports, newType) => {
  const files = { "cog.yaml": "predict: model.py:Model\n", "model.py": method(imports, type) };
  const { changed } = await migrated(files, ["optional-inputs"]);
  const expected =
    imports === "" ? method("", newType).replace("Path\n", `Path\n${newImports}`) : method(newImports, newType);
  expect(changed).toEqual({ "model.py": expected });
});

test("an inherited method is changed where it is written, and the rename after it sees that", async () => {
  const files = {
    "cog.yaml": "predict: predict.py:Predictor\ntrain: train.py:train\n",
    "predict.py": method("", "int").replaceAll("Model", "Predictor"),
    "train.py": "from cog import Input\n\ndef train(n: int = Input(default=None)) -> str:\n    return ''\n",
  };
  const { changed } = await migrated(files, ["optional-inputs", "predict-to-run"]);
  expect(changed).toMatchObject({
    "cog.yaml": "run: run.py:Runner\ntrain: train.py:train\n",
    "run.py": expect.stringContaining("def run(self, x: Optional[int] = Input(default=None))"),
    "predict.py": undefined,
    "train.py": expect.stringContaining("n: Optional[int]"),
  });
});
