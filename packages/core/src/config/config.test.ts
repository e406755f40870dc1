import { expect, test } from "vitest";
import { parseConfig } from "./index.ts";

const parse = (text: string) => parseConfig(text, { file: "cog.yaml" });
const configOf = (text: string) => {
  const { config, problems } = parse(text);
  expect(problems).toEqual([]);
  return config;
};

/** The catalogue of mistakes: what is written, `line:column` of the report, and the words that must be in it. */
const MISTAKES: readonly (readonly [text: string, where: string, ...words: string[]])[] = [
  // The file.
  ["build:\n\tgpu: true", "2:1", "cog.yaml", "YAML"],
  ["build:\n  system_packages: [a, b\nrun: x.py:X", "2:24", "cog.yaml", "YAML"],
  ["run: *nowhere", "1:6", "YAML", "&nowhere"],
  ["- a\n- b", "1:1", "mapping", "a list"],
  ["just text", "1:1", "mapping", "just text"],
  ["image: a\nimage: b", "2:1", "image", "already defined", "line 1"],
  ["build:\n  gpu: true\n  gpu: true", "3:3", "build.gpu", "already defined", "line 2"],
  // Kinds of values.
  ["build: [a]", "1:8", "build", "mapping", "found a list"],
  ['run: "run.py\\0:Runner"', "1:6", "run", "without null characters"],
  [`build:\n  gpu: ${"x".repeat(200)}`, "2:8", "build.gpu", `found "${"x".repeat(80)}…"`],
  ["build:\n  system_packages: ffmpeg", "2:20", "build.system_packages", "list", "write [ffmpeg]"],
  ["build:\n  system_packages: [a, ~]", "2:24", "build.system_packages.1", "string", "null"],
  ["build: {run: [~]}", "1:15", "build.run.0", "mapping"],
  ["build:\n  gpu: 1", "2:8", "build.gpu", "boolean", "true or false"],
  ["build:\n  gpu: ture", "2:8", "build.gpu", "boolean", 'did you mean "true"?'],
  ["build:\n  python_version: [3]", "2:19", "build.python_version", "string"],
  ["environment: {A: 1}", "1:14", "environment", "list", "- NAME=value"],
  ["concurrency: {max: many}", "1:20", "concurrency.max", "whole number", "many"],
  ["concurrency: {max: 1.5}", "1:20", "concurrency.max", "whole number"],
  // References.
  ["run: run.py:A\npredict: p.py:B", "1:6", "run", "only one of", "predict"],
  ["run: run.py", "1:6", '"run.py"', "run.py:Runner"],
  ["run: a.py:b.py:C", "1:6", "a.py:b.py:C", "run.py:Runner"],
  ["predict: x", "1:10", '"x"', "predict.py:Predictor"],
  ["train: x", "1:8", '"x"', "train.py:Trainer"],
  // Versions.
  ['build: {python_version: "3"}', "1:25", "build.python_version", "major and minor"],
  ['build: {python_version: "three.ten"}', "1:25", "build.python_version", "major"],
  ['build: {python_version: "3.x"}', "1:25", "build.python_version", "minor"],
  ['build: {python_version: "3.12.1.2"}', "1:25", "build.python_version", "MAJOR.MINOR.PATCH"],
  ['build: {python_version: "3.7"}', "1:25", "build.python_version", "minimum supported Python version is 3.8"],
  ['build: {python_version: "2.7"}', "1:25", "build.python_version", "minimum supported Python version is 3.8"],
  ['build: {cuda: "12"}', "1:15", "build.cuda", "major and minor"],
  ["build: {cuda: latest}", "1:15", "build.cuda", "major and minor"],
  ['build: {cuda: "10.2"}', "1:15", "build.cuda", "minimum supported CUDA version is 11"],
  ['build: {gpu: true, cuda: "12.x"}', "1:26", "CUDA version", "minor"],
  ["build: {gpu: true, cudnn: 9.1}", "1:27", "build.cudnn", "major"],
  ["build: {sdk_version: newest}", "1:22", "build.sdk_version", "newest", "0.18.0", "prerelease"],
  ["build: {installer: pi}", "1:20", "build.installer", '"pip" or "uv"', 'did you mean "pip"?'],
  [
    "build:\n  python_packages: [a]\n  python_requirements: r.txt",
    "2:3",
    "build",
    "python_packages",
    "python_requirements",
    "only one",
  ],
  // Environment.
  ["environment: [A]", "1:15", '"A"', "KEY=VALUE", "environment"],
  ['environment: ["1A=x"]', "1:15", "environment", "^[A-Za-z_]"],
  ["environment: [A-B=x]", "1:15", "environment", "^[A-Za-z_]"],
  ["environment: [=x]", "1:15", "environment", "^[A-Za-z_]"],
  ["environment: [A=1, A=2]", "1:20", "A", "already defined", "environment"],
  ["environment:\n  - |\n    A=1\n    B=2", "2:5", "environment", "A", "new line"],
  ...[
    ...["PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV", "PYTHONUNBUFFERED", "LIBRARY_PATH", "HF_ENDPOINT"],
    ...["HF_HUB_ENABLE_HF_TRANSFER", "R8_X", "REPLICATE_X", "CUDA_HOME", "NVIDIA_X", "NV_X", "PGET_X", "KUBERNETES_X"],
  ].map((name) => [`environment:\n  - ${name}=x`, "2:5", name, "not allowed", "environment"] as const),
  // Concurrency.
  ["concurrency:\n  max: 0", "2:8", "concurrency.max", "at least 1"],
  ["concurrency:\n  queue: -1", "2:10", "concurrency.queue", "at least 0"],
  ["concurrency:\n  workers: 0", "2:12", "concurrency.workers", "at least 1"],
  ['build: {python_version: "3.10"}\nconcurrency:\n  max: 2', "3:8", "concurrency.max", "Python 3.11"],
  ["concurrency: {}", "1:14", "concurrency", "max", "required"],
  // Run steps.
  ["build:\n  run:\n    - mounts: []", "3:7", "build.run.0", "command", "required"],
  [
    "build:\n  run:\n    - command: x\n      mounts:\n        - {type: cache, id: a, target: /b}",
    "5:18",
    "build.run.0.mounts.0.type",
    '"secret"',
    "cache",
  ],
  [
    "build: {run: [{command: x, mounts: [{id: a, target: /b}]}]}",
    "1:37",
    "build.run.0.mounts.0",
    "type",
    "required",
    "secret",
  ],
  [
    "build: {run: [{command: x, mounts: [{type: secret, id: a}]}]}",
    "1:37",
    "build.run.0.mounts.0",
    "target",
    "required",
  ],
  [
    "build: {run: [{command: x, mounts: [{type: secret, target: /a}]}]}",
    "1:37",
    "build.run.0.mounts.0",
    "id",
    "required",
  ],
  ['build:\n  run: ["a\\nb"]', "2:9", "run", "new line"],
  ['build:\n  run: [{command: "a\\nb"}]', "2:19", "run", "new line"],
  ['build:\n  pre_install: ["a\\nb"]', "2:17", "pre_install", "new line"],
  // Names of images.
  ["model: r8.im/a/b:tag", "1:8", "model", "bare repository", "tags and digests"],
  ["model: r8.im/a/b@sha256:aa", "1:8", "model", "bare repository", "tags and digests"],
  ["model: localhost:5000/a", "1:8", "model", "invalid repository"],
  ["model: host.x/A/b", "1:8", "model", "invalid repository"],
  ["model: host.x/a//b", "1:8", "model", "invalid repository"],
  [`model: ${"a".repeat(256)}`, "1:8", "model", "invalid repository"],
  ["model: host.x/ab\nimage: b", "1:8", "model", "'model'", "'image'", "both"],
  // Weights.
  ["weights: [{name: a, target: /w, source: {uri: x}}]", "1:10", "weights require 'model' in cog.yaml"],
  ["image: b\nweights: [{name: a, target: /w, source: {uri: x}}]", "2:10", "weights require 'model', not 'image'"],
  ...(
    [
      ["{name: A, target: /w, source: {uri: x}}", "weights[0].name", "lowercase"],
      ["{target: /w, source: {uri: x}}", "weights[0].name", "required"],
      ["{name: a, source: {uri: x}}", "weights[0].target", "required"],
      ["{name: a, target: w, source: {uri: x}}", "weights[0].target", "absolute"],
      ["{name: a, target: /, source: {uri: x}}", "weights[0].target", "container root"],
      ["{name: a, target: /w/.., source: {uri: x}}", "weights[0].target", "root"],
      ["{name: a, target: /w}", "weights[0].source", "source is required"],
      ["{name: a, target: /w, source: []}", "weights[0].source", "source is required"],
      ["{name: a, target: /w, source: {include: [x]}}", "weights.0.source", "uri is required"],
      ["{name: a, target: /w, source: [{include: [x]}]}", "weights.0.source.0", "uri is required"],
      ["{name: a, target: /w, source: {uri: 'ssh://git@h/x'}}", "weights[0].source.uri", "user or a password"],
      ["{name: a, target: /w, source: {uri: x, include: [' ']}}", "include[0]", "empty"],
      ["{name: a, target: /w, source: {uri: x, exclude: ['!a']}}", "exclude[0]", "negation"],
      ["{name: a, target: /w, source: {uri: x, include: ['a\\b']}}", "include[0]", "forward slashes"],
    ] as const
  ).map(([item, ...words]) => [`model: h.x/ab\nweights: [${item}]`, "2", ...words] as const),
  ...(
    [
      ["{name: a, target: /v, source: {uri: x}}", "weights[1].name", "duplicate weight name"],
      ["{name: b, target: /w/, source: {uri: x}}", "weights[1].target", "duplicate weight target"],
      ["{name: b, target: /w/v, source: {uri: x}}", "weights[1].target", 'overlaps with "/w"', "disjoint"],
    ] as const
  ).map(
    ([item, ...words]) =>
      [`model: h.x/ab\nweights:\n  - {name: a, target: /w, source: {uri: x}}\n  - ${item}`, "4", ...words] as const,
  ),
];

test.each(MISTAKES)("%j is refused at %s", (text, where, ...words) => {
  const { config, problems } = parse(text);
  expect(config).toBeUndefined();
  expect(problems).toHaveLength(1);
  const [{ place, message } = { place: undefined, message: "" }] = problems;
  const [line, column] = where.split(":").map(Number);
  expect(place).toMatchObject({ file: "cog.yaml", line, ...(column !== undefined && { column }) });
  expect(place?.source).toBe(text.split("\n")[(line ?? 1) - 1]);
  for (const word of words) expect(message).toContain(word);
});

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
    expect(configOf(text)).toMatchObject({
      build: { pythonVersion: "3.13", pythonIsDefault: true, systemPackages: [] },
      environment: [],
    });
  },
);

test.each([
  ...["yes", "Yes", "on", "True", "TRUE", "y", '"yes"', "'true'"].map((text) => [text, true] as const),
  ...["no", "off", "false", "n", '"no"', "~"].map((text) => [text, false] as const),
])("gpu: %s is %s", (text, gpu) => {
  expect(configOf(`build: {gpu: ${text}}`)?.build.gpu).toBe(gpu);
});

/** What is fine in either era. */
test.each([
  "build:\n  fast: true\n  cog_runtime: true\n  python_overrides: o.txt\ntests: [{}]\nconcurrency: {max: 1, default_target: 1}",
  'build: {python_version: "3.20"}',
  'build: {python_version: "3.10"}\nconcurrency: {max: 1}',
  "concurrency: {queue: 3}",
  "concurrency: {workers: 2}",
  "build: {cuda: 99.1, cudnn: 42}",
  "build: {sdk_version: prerelease}",
  "build: {sdk_version: 0.20.0-alpha1}",
  "build: {sdk_version: 1.0.0a1.dev3+x.1}",
  "build: {base_image: debian, installer: uv, user: 1000}",
  "environment: [COG_X=1, HF_TOKEN=a=b, EMPTY=, _A=x]",
  "run: src/model/run.py:Runner\ntrain: train.py:train",
  'run: ""\npredict: p.py:P',
  "image: r8.im/me/model:tag",
  "model: localhost:5000/ab",
  "model: me/my_model.x-1",
  "weights: ~",
  "weights: []",
  "model: h.x/ab\nweights: [{name: a-b.c_d, target: /w, source: [{uri: hf://a/b, include: ['*.bin']}, {uri: ./x}]}]",
  "build: {system_packages: [1]}",
  "build: {run: []}",
])("%j is fine", (text) => {
  expect(parse(text).problems).toEqual([]);
});

test("spaces around versions mean nothing", () => {
  expect(configOf('build: {python_version: " 3.12 ", cuda: "12.4 "}')?.build).toMatchObject({
    pythonVersion: "3.12",
    cuda: "12.4",
  });
});

test("passwords in URLs are in no message", () => {
  const { problems } = parse("environment: [PIP_INDEX_URL https://me:secret@h/]");
  expect(JSON.stringify(problems)).not.toContain("secret");
});

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

test.each([
  ["predict: p.py:P", "predict", "run"],
  ["concurrency: {max: 1}", "concurrency.max", "@cog.concurrent(max=...)"],
  ["build: {python_packages: [a]}", "build.python_packages", "build.python_requirements"],
  ["build: {pre_install: [a]}", "build.pre_install", "build.run"],
])("%j is deprecated", (text, field, replacement) => {
  const { warnings } = parse(text);
  expect(warnings.filter(({ kind }) => kind === "deprecated").map(({ message }) => message)).toEqual([
    `deprecated field "${field}": use "${replacement}" instead`,
  ]);
});

test("what is empty, and what is in a wrong file, is not called deprecated", () => {
  const kinds = (text: string) => parse(text).warnings.map(({ kind }) => kind);
  expect(kinds('predict: ""\nbuild: {python_version: "3.12", python_packages: [], pre_install: []}')).toEqual([]);
  expect(kinds('predict: p.py:P\nbuild: {python_version: "3.7"}')).toEqual([]);
});

test.each([
  ["buld: {}", 'unknown key "buld"; did you mean "build"?'],
  ["build: {python: 3}", 'unknown key "build.python"; did you mean "build.python_version"?'],
  ["build: {colour: 3}", 'unknown key "build.colour"; it is ignored'],
  ["concurrency: {maximum: 3, max: 1}", "concurrency.maximum"],
  ["build: {run: [{command: a, mount: []}]}", 'did you mean "build.run.0.mounts"?'],
  [
    "model: h/ab\nweights: [{name: a, target: /w, source: {uri: x, includes: []}}]",
    'did you mean "weights.0.source.include"?',
  ],
])("%j has an unknown key", (text, message) => {
  const { config, warnings } = parse(text);
  expect(config).toBeDefined();
  expect(warnings.find(({ kind }) => kind === "unknown-key")?.message).toContain(message);
});
