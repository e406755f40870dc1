import fc from "fast-check";
import { expect, test } from "vitest";
import { readInterface } from "./index.ts";

async function readModel(source: string, more: Readonly<Record<string, string>> = {}) {
  const files: Readonly<Record<string, string>> = { "run.py": source, ...more };
  return readInterface({ predict: "run.py:Runner", readFile: (path) => files[path] });
}

const words = [
  ..."str int float bool Path File Secret Any None list dict Optional Union List Dict Iterator ConcatenateIterator".split(
    " ",
  ),
  ..."Literal Annotated Opaque Runner Input BaseModel Enum cog typing t self run x y Ellipsis".split(" "),
];
const name = fc.constantFrom(...words);
const { annotation } = fc.letrec<{ annotation: string }>((tie) => ({
  annotation: fc.oneof(
    { maxDepth: 4 },
    name,
    fc.constantFrom("1", "'a'", '"list[str]"', '"Runner["', "...", "()", "[]", "-1", "f'{x}'", "lambda: 0"),
    fc.tuple(tie("annotation"), tie("annotation")).map(([a, b]) => `${a} | ${b}`),
    fc
      .tuple(name, fc.array(tie("annotation"), { minLength: 1, maxLength: 3 }))
      .map(([n, a]) => `${n}[${a.join(", ")}]`),
    fc.tuple(name, name).map(([a, b]) => `${a}.${b}`),
    fc.tuple(name, fc.array(tie("annotation"), { maxLength: 2 })).map(([n, a]) => `${n}(${a.join(", ")})`),
  ),
}));

test("any annotation and default gives an interface or problems with a place", async () => {
  await fc.assert(
    fc.asyncProperty(annotation, annotation, annotation, annotation, async (input, value, output, base) => {
      const result = await readModel(
        `from cog import *\nfrom typing import *\nimport cog, typing as t\nx = ${value}\ny: ${input} = x\n` +
          `class Model(BaseModel, ${base}):\n    a: ${output} = x\n` +
          `class Runner(${base}):\n    @cog.concurrent(max=${value})\n` +
          `    def run(self, a: ${input} = ${value}, b: x = Input(${value}, choices=x)) -> ${output}: ...\n`,
      );
      if (result.ok) return;
      expect(result.problems.length).toBeGreaterThan(0);
      for (const problem of result.problems) {
        expect(problem.place.line).toBeGreaterThan(0);
        expect(problem.message).not.toBe("");
        expect(problem.hint).not.toBe("");
      }
    }),
    { numRuns: 300 },
  );
});

test("any text gives an interface or problems", async () => {
  const piece = fc.constantFrom(
    ..."class def ( ) : [ ] { } , = \n ' \" \\ # @ -> run Runner self * ** f' import from . if else \t async".split(
      " ",
    ),
    "\n",
    "    ",
    "\r\n",
    "\0",
    "é",
    "😀",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
      const result = await readModel(pieces.join(" "));
      expect(result.ok || result.problems.length > 0).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("names that go round in circles end", async () => {
  const result = await readModel(
    "from a import X\nY = Z\nZ = Y\nclass B(C): ...\nclass C(B): ...\nclass Runner(B):\n    def run(self, a: X, b: Y = Z) -> 'C': ...\n",
    { "a.py": "from b import X\n", "b.py": "from a import X\nfrom a import *\n" },
  );
  expect(result.ok).toBe(false);
});

test("a source that grows without end does not take us with it", async () => {
  const doubled = Array.from(
    { length: 40 },
    (_, i) => `V${i + 1} = [V${i}, V${i}]\nT${i + 1} = Union[T${i}, T${i}]\n`,
  ).join("");
  const result = await readModel(
    `from typing import Union\nfrom enum import Enum\nfrom a import *\nfrom b import *\nV0 = [1]\nT0 = int\n${doubled}` +
      `P = [Q, Q]\nQ = [P, P]\nS = Union[R, R]\nR = Union[S, S]\nBIG = "x" * 4000 * 4000 * 4000\nHUGE = 9 ** 4000 ** 4000\n` +
      `class E(Enum):\n    A = F.A\nclass F(Enum):\n    A = E.A\nSUM = ${Array(300).fill("1").join(" + ")}\n` +
      "class Runner:\n    def run(self, a: T40 = V40, b: S = P, c: str = BIG, d: int = HUGE, e: E = E.A, f: missing = missing, g: int = SUM) -> str: ...\n",
    {
      "a.py": "from a import *\nfrom b import *\n",
      "b.py": "from a import *\nfrom b import *\n",
    },
  );
  const named = result.ok ? [] : result.problems.map(({ message }) => message.slice(0, 9));
  expect([...new Set(named)].sort()).toEqual(["a", "b", "c", "d", "e", "f"].map((name) => `input "${name}"`));
});

test("expressions nested deeper than Python allows", async () => {
  const result = await readModel(
    `X = ${"(".repeat(20_000)}1${")".repeat(20_000)}\nclass Runner:\n    def run(self) -> str: ...\n`,
  );
  expect(result.ok || result.problems.length > 0).toBe(true);
});

test("a problem shows the source line and says what to write instead", async () => {
  const result = await readModel(
    "class Runner:\n    def run(self, size: tuple[int, int]) -> str:\n        return ''\n",
  );
  expect(result).toMatchObject({
    ok: false,
    problems: [
      {
        code: "schema.unsupported_type",
        message: expect.stringContaining('input "size": type tuple[int, int] is not supported'),
        place: { file: "run.py", line: 2, column: 25, source: "    def run(self, size: tuple[int, int]) -> str:" },
        hint: expect.stringContaining("list[…]"),
      },
    ],
  });
});

test("a missing class lists the ones that are there", async () => {
  const result = await readInterface({
    predict: "run.py:Nope",
    readFile: (path) => (path === "run.py" ? "class Runner:\n    pass\n" : undefined),
  });
  expect(result).toMatchObject({ problems: [{ message: 'class "Nope" not found in run.py; found: Runner' }] });
});

test("neither predict nor train", async () => {
  const result = await readInterface({ readFile: () => undefined });
  expect(result).toMatchObject({ problems: [{ message: "no predict or train reference found in cog.yaml" }] });
});
