import { expect, test } from "vitest";
import { parseConfig } from "./index.ts";

const parse = (text: string) => parseConfig(text, { file: "cog.yaml" });
const configOf = (text: string) => {
  const { config, problems } = parse(text);
  expect(problems).toEqual([]);
  return config;
};

/** The catalogue of mistakes: what is written, the line of the report, and the words that must be in it. */
const MISTAKES: readonly (readonly [text: string, line: number, ...words: string[]])[] = [
  ["build:\n\tgpu: true", 2, "cog.yaml", "YAML"],
  ["build:\n  system_packages: [a, b\nrun: x.py:X", 2, "cog.yaml", "YAML"],
  ["- a\n- b", 1, "mapping"],
  ["just text", 1, "mapping"],
  ["build: [a]", 1, "build", "mapping"],
  ["build:\n  system_packages: ffmpeg", 2, "build.system_packages", "list"],
  ["build:\n  gpu: 1", 2, "build.gpu", "boolean"],
  ["build:\n  python_version: [3]", 2, "build.python_version", "string"],
  ["environment: {A: 1}", 1, "environment", "list"],
  ["image: a\nimage: b", 2, "image", "already defined", "line 1"],
  ["run: run.py:A\npredict: p.py:B", 1, "run", "only one of", "predict"],
  ["run: run.py", 1, "run.py", "run.py:Runner"],
  ["run: a.py:b.py:C", 1, "a.py:b.py:C", "run.py:Runner"],
  ["predict: x", 1, '"x"', "predict.py:Predictor"],
  ["train: x", 1, '"x"', "train.py:Trainer"],
  ['build: {python_version: "3"}', 1, "build.python_version", "major and minor"],
  ['build: {python_version: "three.ten"}', 1, "build.python_version", "major"],
  ['build: {python_version: "3.x"}', 1, "build.python_version", "minor"],
  ['build: {python_version: "3.7"}', 1, "build.python_version", "minimum supported Python version is 3.8"],
  [
    "build:\n  python_packages: [a]\n  python_requirements: r.txt",
    2,
    "python_packages",
    "python_requirements",
    "only one",
  ],
  ['build: {cuda: "12"}', 1, "build.cuda", "major and minor"],
  ["build: {cuda: latest}", 1, "build.cuda", "major and minor"],
  ['build: {cuda: "10.2"}', 1, "build.cuda", "minimum supported CUDA version is 11"],
  ['build: {gpu: true, cuda: "12.x"}', 1, "CUDA version", "minor"],
  ["environment: [A]", 1, '"A"', "KEY=VALUE", "environment"],
  ['environment: ["1A=x"]', 1, "environment", "^[A-Za-z_]"],
  ["environment:\n  - CUDA_HOME=x", 2, "CUDA_HOME", "not allowed", "environment"],
  ["environment: [A=1, A=2]", 1, "A", "already defined", "environment"],
  ["concurrency:\n  max: 0", 2, "concurrency.max", "at least 1"],
  ['build: {python_version: "3.10"}\nconcurrency:\n  max: 2', 3, "concurrency.max", "Python 3.11"],
  ["concurrency: {}", 1, "concurrency", "max", "required"],
  ["build:\n  run:\n    - mounts: []", 3, "build.run.0", "command", "required"],
  [
    "build:\n  run:\n    - command: x\n      mounts:\n        - {type: cache, id: a, target: /b}",
    5,
    "build.run.0.mounts.0.type",
    "secret",
  ],
  ["build: {run: [{command: x, mounts: [{type: secret, id: a}]}]}", 1, "build.run.0.mounts.0", "target", "required"],
  ['build:\n  run: ["a\\nb"]', 2, "run", "new line"],
  ["model: r8.im/a/b:tag", 1, "model", "bare repository", "tags and digests"],
  ["model: localhost:5000/a", 1, "model", "invalid repository"],
  ["model: host.x/ab\nimage: b", 1, "model", "'model'", "'image'", "both"],
  ["weights: [{name: a, target: /w, source: {uri: x}}]", 1, "weights require 'model'"],
  ["model: h.x/ab\nweights: [{name: A, target: /w, source: {uri: x}}]", 2, "weights[0].name", "lowercase"],
  [
    "model: h.x/ab\nweights:\n  - {name: a, target: /w, source: {uri: x}}\n  - {name: a, target: /v, source: {uri: x}}",
    4,
    "duplicate weight name",
  ],
  ["model: h.x/ab\nweights: [{name: a, source: {uri: x}}]", 2, "weights[0].target", "required"],
  ["model: h.x/ab\nweights: [{name: a, target: w, source: {uri: x}}]", 2, "weights[0].target", "absolute"],
  ["model: h.x/ab\nweights: [{name: a, target: /, source: {uri: x}}]", 2, "weights[0].target", "root"],
  [
    "model: h.x/ab\nweights: [{name: a, target: /w, source: {uri: x}}, {name: b, target: /w/, source: {uri: x}}]",
    2,
    "duplicate weight target",
  ],
  [
    "model: h.x/ab\nweights: [{name: a, target: /w, source: {uri: x}}, {name: b, target: /w/v, source: {uri: x}}]",
    2,
    "overlaps",
  ],
  ["model: h.x/ab\nweights: [{name: a, target: /w, source: []}]", 2, "weights[0].source", "source is required"],
  ["model: h.x/ab\nweights: [{name: a, target: /w, source: {include: [x]}}]", 2, "weights.0.source", "uri is required"],
  ["model: h.x/ab\nweights: [{name: a, target: /w, source: {uri: x, include: [' ']}}]", 2, "include[0]", "empty"],
  ["model: h.x/ab\nweights: [{name: a, target: /w, source: {uri: x, include: ['!a']}}]", 2, "include[0]", "negation"],
  ["model: h.x/ab\nweights: [{name: a, target: /w, source: {uri: x, include: ['a\\b']}}]", 2, "forward slashes"],
];

for (const [text, line, ...words] of MISTAKES) {
  test(`${JSON.stringify(text)} is refused`, () => {
    const { config, problems } = parse(text);
    expect(config).toBeUndefined();
    const first = problems[0];
    expect(first?.place).toMatchObject({ file: "cog.yaml", line });
    for (const word of words) expect(first?.message).toContain(word);
  });
}

test("all problems are told at once, in the order of the file", () => {
  const { problems } = parse("run: x\nbuild:\n  gpu: maybe\n  python_version: '3.7'\nenvironment: [A]");
  expect(problems.map(({ place }) => place.line)).toEqual([1, 3, 4, 5]);
});

test("scalars are taken as they are written", () => {
  const { build } = configOf("build: {python_version: 3.10, cuda: 11.8, cudnn: 9, sdk_version: 0.18, gpu: yes}") ?? {};
  expect(build).toMatchObject({ pythonVersion: "3.10", cuda: "11.8", cudnn: "9", sdkVersion: "0.18", gpu: true });
});

test.each(["", "# nothing", "build:", "build: ~", "build:\n  system_packages:\n"])(
  "%j is an empty configuration",
  (text) => {
    expect(configOf(text)).toMatchObject({ build: { pythonVersion: "3.13", systemPackages: [] }, environment: [] });
  },
);

test("anchors, merge keys, a byte order mark, CRLF and further documents are fine", () => {
  const text =
    "\uFEFFbuild:\r\n  run:\r\n    - &a {command: one}\r\n    - <<: *a\r\n      mounts: []\r\n---\r\nrubbish: [\r\n";
  expect(configOf(text)?.build.run.map(({ command }) => command)).toEqual(["one", "one"]);
});

test("both eras become the same", () => {
  expect(configOf("predict: p.py:P")?.predict).toBe("p.py:P");
  expect(configOf("run: p.py:P")?.predict).toBe("p.py:P");
  expect(configOf('run: ""')).not.toHaveProperty("predict");
});

test("pre_install commands come after run commands", () => {
  const config = configOf(
    "build:\n  pre_install: [b]\n  run: [a, {command: c, mounts: [{type: secret, id: i, target: /t}]}]",
  );
  expect(config?.build.run).toEqual([
    { command: "a", mounts: [] },
    { command: "c", mounts: [{ type: "secret", id: "i", target: "/t" }] },
    { command: "b", mounts: [] },
  ]);
});

test("unknown keys, deprecations and old Python are warnings", () => {
  const { warnings } = parse(
    'predict: p.py:P\nbuild:\n  python_package: [a]\n  python_version: "3.8"\n  pre_install: [x]\n  fast: true\nconcurrency: {max: 1}\n',
  );
  expect(warnings.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
    'unknown-key: unknown key "build.python_package"; did you mean "build.python_packages"?',
    'quiet: key "build.fast" has no effect any more',
    'deprecated: deprecated field "predict": use "run" instead',
    'deprecated: deprecated field "concurrency.max": use "@cog.concurrent(max=...)" instead',
    'deprecated: deprecated field "build.pre_install": use "build.run" instead',
    expect.stringContaining("end-of-life: Python 3.8"),
  ]);
  expect(warnings[0]?.place).toMatchObject({ line: 3, column: 3 });
});
