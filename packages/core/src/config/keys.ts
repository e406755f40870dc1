/**
 * Every key of cog.yaml, of both eras, as one table: the kind of its value, what it may be, what it is for. Reading,
 * warnings, the editors' schema and the manual are made from it. What must hold between values is in rules/.
 */
import type { Key, MappingShape, Shape, TextShape } from "./shape.ts";

const boolean: Shape = { kind: "boolean" };
const text: TextShape = { kind: "text" };
const version: TextShape = { kind: "text", trimmed: true };
const reference: TextShape = { kind: "text", pattern: "^$|\\.py:" };
const atLeast = (least: number): Shape => ({ kind: "integer", least });
const oneOf = (...choices: readonly string[]): TextShape => ({ kind: "text", choices });
const list = (items: Shape): Shape => ({ kind: "list", items });
const mapping = (keys: Readonly<Record<string, Key>>): MappingShape => ({ kind: "mapping", keys });
const ignored: Key = { shape: { kind: "ignored" }, about: "Has no effect any more." };

const mount = mapping({
  type: { shape: oneOf("secret"), about: "The kind of mount.", isRequired: true },
  id: { shape: text, about: "As in cog build --secret id=ID,src=FILE.", isRequired: true },
  target: { shape: text, about: "The file that holds the secret while the command runs.", isRequired: true },
});

const runStep = mapping({
  command: { shape: text, about: "A shell command in one line.", isRequired: true },
  mounts: { shape: list(mount), about: "Secrets that only this command sees." },
});

const weightSource = mapping({
  uri: { shape: text, about: "hf://, file:// or https://, or a path.", isRequired: true },
  include: { shape: list(text), about: "Patterns of files to take." },
  exclude: { shape: list(text), about: "Patterns of files to leave out." },
});

const weight = mapping({
  name: { shape: { kind: "text", pattern: "^[a-z0-9]+([._-][a-z0-9]+)*$" }, about: "A name of its own." },
  target: { shape: { kind: "text", pattern: "^/." }, about: "The directory in the container." },
  source: {
    shape: { kind: "either", mapping: weightSource, short: list(weightSource) },
    about: "Where the files come from: one source or a list.",
  },
});

const build = mapping({
  gpu: {
    shape: boolean,
    about: "The model uses a GPU: CUDA and matching wheels are chosen.",
    fallback: false,
  },
  python_version: {
    shape: version,
    about:
      "Python, as MAJOR.MINOR or MAJOR.MINOR.PATCH; lower by itself where a pinned torch or tensorflow needs that.",
    fallback: "3.13",
    examples: ["3.13", "3.12"],
  },
  python_requirements: {
    shape: text,
    about: "What to install: a requirements.txt, pyproject.toml or uv.lock, relative to this file.",
    examples: ["requirements.txt", "pyproject.toml", "uv.lock"],
  },
  python_packages: {
    shape: list(text),
    about: "Requirement lines.",
    replacedBy: "build.python_requirements",
  },
  python_overrides: ignored,
  system_packages: { shape: list(text), about: "Packages to install with apt.", examples: ["ffmpeg", "libgl1"] },
  run: {
    shape: list({ kind: "either", mapping: runStep, short: text }),
    about: "Commands after everything is installed, before the source is copied.",
  },
  pre_install: { shape: list(text), about: "Commands that run after those of run.", replacedBy: "build.run" },
  cuda: {
    shape: version,
    about: "CUDA, as MAJOR.MINOR; chosen by the framework when absent.",
    examples: ["12.4"],
  },
  cudnn: { shape: version, about: "cuDNN, the major version; chosen with CUDA when absent.", examples: ["9"] },
  sdk_version: {
    shape: version,
    about: "A release of the cog Python package, or prerelease, in place of the one that comes with this cog.",
  },
  base_image: { shape: text, about: "The image to build from. It must have Python and pip." },
  installer: {
    shape: oneOf("pip", "uv"),
    about: "What installs Python packages; uv where it is there already, else pip, when absent.",
  },
  user: { shape: text, about: "The user the model runs as: a name or a number.", fallback: "root" },
  fast: ignored,
  cog_runtime: ignored,
});

const concurrency = mapping({
  max: {
    shape: atLeast(1),
    about: "Predictions at once; more than one needs an async run() and Python 3.11.",
    replacedBy: "@cog.concurrent(max=...)",
  },
  queue: { shape: atLeast(0), about: "Requests that may wait for a free place.", fallback: 0 },
  workers: { shape: atLeast(1), about: "Worker processes.", fallback: 1 },
  default_target: ignored,
});

export const CONFIG: MappingShape = mapping({
  run: { shape: reference, about: "The class or function that predicts.", examples: ["run.py:Runner"] },
  predict: {
    shape: reference,
    about: "The old name of run.",
    replacedBy: "run",
    examples: ["predict.py:Predictor"],
  },
  train: { shape: reference, about: "The class or function that trains.", examples: ["train.py:train"] },
  image: { shape: text, about: "The image's name; by default made of the directory's." },
  model: { shape: text, about: "The repository of image and managed weights, without a tag. Excludes image." },
  concurrency: { shape: concurrency, about: "How many predictions run at once." },
  build: { shape: build, about: "How the image is built." },
  environment: {
    shape: {
      kind: "list",
      items: { kind: "text", pattern: "^[A-Za-z_][A-Za-z0-9_]*=" },
      form: "- NAME=value",
    },
    about: "NAME=value, for build steps and at run time.",
    examples: ["HF_HOME=/src/cache"],
  },
  weights: { shape: list(weight), about: "Managed weights: files that are kept apart from the image." },
  tests: ignored,
});
