/**
 * Random models, read from their source and inspected running: where the source can be read, both must say the same.
 * Whatever the source says, reading it ends with an interface or with problems that have a place.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ReadResult, readInterface } from "../../packages/cli/src/python/index.ts";
import { at } from "../repository.ts";
import { pythonEnvironment } from "./environment.ts";

const HEAD = `
import enum
import typing as t
from dataclasses import dataclass
from typing import Annotated, Any, AsyncIterator, Dict, Iterator, List, Literal, NewType, Optional, Tuple, TypedDict, Union

import cog
from cog import BaseModel, BaseRunner, ConcatenateIterator, File, Input, Opaque, Path, Secret

NAMES = ["b", "a"]
SIZES = (1, 2, 4)
TABLE = {"x": 1, "y": object()}
LIMIT = 2 * 8
Image = Path
Images = List[Image]
Steps = NewType("Steps", int)

class Mode(enum.Enum):
    A = "a"
    B = "b"
    C = "a"

class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2

class Out(BaseModel):
    text: str
    score: Optional[float] = None
    n: int = 3

class Box(TypedDict, total=False):
    x: int

@dataclass
class Pair:
    left: Out
    right: List[Path]

class Other:
    held = Input(description="held", default=1)
    def make(default, le=5):
        return Input(default=default, ge=0, le=le)
`;

const leaves = `str int float bool Path File Secret Any dict list Mode Level Image Images Steps Out Pair Box Other None
  cog.Path t.Any pathlib.Path bytes "str" "List[Path]" object`
  .split(/\s+/)
  .filter((leaf) => leaf !== "pathlib.Path");

const type: fc.Arbitrary<string> = fc.letrec<{ type: string }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 5, arbitrary: fc.constantFrom(...leaves) },
    { weight: 2, arbitrary: tie("type").map((inner) => `Optional[${inner}]`) },
    { weight: 2, arbitrary: tie("type").map((inner) => `List[${inner}]`) },
    { weight: 1, arbitrary: tie("type").map((inner) => `list[${inner}]`) },
    { weight: 1, arbitrary: tie("type").map((inner) => `Dict[str, ${inner}]`) },
    { weight: 1, arbitrary: fc.tuple(tie("type"), tie("type")).map(([a, b]) => `Union[${a}, ${b}]`) },
    { weight: 1, arbitrary: tie("type").map((inner) => `Annotated[${inner}, "note"]`) },
    { weight: 1, arbitrary: tie("type").map((inner) => `Annotated[${inner}, Opaque]`) },
    { weight: 1, arbitrary: tie("type").map((inner) => `Iterator[${inner}]`) },
    { weight: 1, arbitrary: tie("type").map((inner) => `ConcatenateIterator[${inner}]`) },
    { weight: 1, arbitrary: tie("type").map((inner) => `Tuple[${inner}]`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('Literal["p", "q"]', "Literal[1, 2]", 'Literal["p", 1]', "t.Literal[None]"),
    },
  ),
})).type;

const value = fc.constantFrom(
  ...'None True 1 -2 1.5 1e3 2.0 "s" \'it\'\'s\' f"a{LIMIT}" [] [1,2] ("a",) {} {"k":[1]} NAMES NAMES[0] SIZES LIMIT LIMIT//3 -LIMIT'.split(
    " ",
  ),
  ...[
    "Mode.A",
    "Mode.B.value",
    "Level.HIGH",
    "len(NAMES)",
    "sorted(NAMES)",
    "list(SIZES)",
    '" ".join(NAMES)',
    "2 ** 10",
  ],
  ...[
    "TABLE",
    "TABLE['x']",
    "open('/dev/null')",
    "[n.upper() for n in NAMES]",
    'Path("a.png")',
    "not True",
    "1 if NAMES else 2",
  ],
);

const choices = fc.constantFrom(
  ...[
    "NAMES",
    "SIZES",
    "[]",
    '["a", "b"]',
    "[1, 2.5]",
    "TABLE.keys()",
    "list(TABLE)",
    "NAMES + ['c']",
    "range(3)",
    "None",
  ],
  ...[
    "[m.value for m in Mode]",
    "list(TABLE.values())",
    "sorted(NAMES, reverse=True)",
    "[*NAMES, *SIZES]",
    "[str(n) for n in SIZES]",
  ],
);

const argument = fc.oneof(
  value.map((text) => `default=${text}`),
  choices.map((text) => `choices=${text}`),
  fc.constantFrom(
    "ge=1",
    "le=LIMIT",
    "le=2**31 - 1",
    "min_length=1",
    "max_length=LIMIT",
    'regex=r"\\d"',
    "deprecated=True",
  ),
  fc.constantFrom(
    'description="d"',
    'description="a" "b"',
    'accept="image/*"',
    "accept=None",
    'description=f"{LIMIT}!"',
  ),
);

const input = fc
  .uniqueArray(argument, { maxLength: 4, selector: (text) => text.split("=")[0] })
  .map((list) => `Input(${list.join(", ")})`);

const written = fc.oneof(
  { weight: 2, arbitrary: fc.constant("") },
  { weight: 3, arbitrary: value.map((text) => ` = ${text}`) },
  { weight: 5, arbitrary: input.map((text) => ` = ${text}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(" = Other.held", " = Other.make(2)", " = Other.make(default=1, le=9)", " = Input(...)"),
  },
);

const model = fc
  .record({
    // One parameter is the most telling: a problem with one hides the others.
    parameters: fc.array(fc.tuple(type, written), { minLength: 0, maxLength: 2 }),
    output: type,
    head: fc.constantFrom("def", "async def"),
    decorator: fc.constantFrom("", "    @cog.concurrent\n", "    @cog.concurrent(max=1)\n"),
  })
  .map(({ parameters, output, head, decorator }) => {
    const list = parameters.map(([annotation, text], index) => `p${index}: ${annotation}${text}`);
    const signature = ["self", ...(list.length > 0 ? ["*", ...list] : [])].join(", ");
    return `${HEAD}\nclass Runner(BaseRunner):\n${decorator}    ${head} run(${signature}) -> ${output}:\n        ...\n`;
  });

/** Each source as a module of its own; one line of JSON each: the endpoint, or why there is none. */
const INSPECT = `
import json, sys, types
from cog._modules._inspect import endpoint_of
for index, source in enumerate(json.load(sys.stdin)):
    module = types.ModuleType(f"model_{index}")
    sys.modules[module.__name__] = module
    try:
        exec(compile(source, module.__name__, "exec"), module.__dict__)
        print(json.dumps({"endpoint": endpoint_of(module.Runner.run)}))
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
`;

/** Others than these are for looking longer; a test must not fail by chance. */
const COUNT = Number(process.env["COG_AGREEMENT_MODELS"] ?? 400);
const SEED = Number(process.env["COG_AGREEMENT_SEED"] ?? 1);

test("what is read from a source is what runs", async () => {
  const sources = fc.sample(model, { numRuns: COUNT, seed: SEED });
  const read = await Promise.all(sources.map(readSource));
  const inspected = inspect(sources);
  const differing = sources.flatMap((source, index) => {
    const [one, other] = [read[index], inspected[index]];
    // What Python refuses to load has no interface to compare; what is left open is said in a warning.
    if (!one?.ok || !other?.endpoint || one.warnings.length > 0) return [];
    const texts = [one.interface.predict, other.endpoint].map((endpoint) => JSON.stringify(sorted(endpoint)));
    return texts[0] === texts[1] ? [] : [[source.slice(HEAD.length), ...texts].join("\n")];
  });
  expect(differing.slice(0, 5)).toEqual([]);
  expect(read.filter((result) => result.ok).length).toBeGreaterThan(COUNT / 20);
  for (const result of read) if (!result.ok) expect(result.problems.every(({ place }) => place.line)).toBe(true);
}, 120_000);

function readSource(source: string): Promise<ReadResult> {
  const readFile = (path: string) => (path === "model.py" ? source : undefined);
  return readInterface({ predict: "model.py:Runner", readFile });
}

function inspect(sources: readonly string[]): readonly { readonly endpoint?: unknown; readonly error?: string }[] {
  const python = join(pythonEnvironment("test"), "python");
  const env = { ...process.env, PYTHONPATH: at("python/src"), PYTHONDONTWRITEBYTECODE: "1" };
  const options = {
    input: JSON.stringify(sources),
    encoding: "utf8",
    env,
    timeout: 100_000,
    maxBuffer: 1 << 28,
  } as const;
  const { stdout } = spawnSync(python, ["-W", "ignore", "-c", INSPECT], options);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { endpoint?: unknown; error?: string });
}

/** With the keys in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
