import type { BuildConfig, CogConfig } from "@cog/core/config";
import { expect, test } from "vitest";
import type { Compatibility, Cuda } from "#compat";
import { type PlanInput, planBuild } from "./index.ts";

const CONFIG: CogConfig = {
  build: { gpu: false, pythonVersion: "3.12", pythonPackages: [], systemPackages: [], run: [], installer: "pip" },
  predict: "run.py:Runner",
  concurrency: {},
  environment: [],
};

const CUDA: Cuda = {
  cuda: "12.1",
  cudnn: "8",
  image: "nvidia/cuda:12.1.1-x",
  because: "torch==2.3.1",
  decisions: [],
  warnings: [],
};
const CPU: Compatibility = {
  python: { setting: "python", value: "3.12", because: "build.python_version" },
  requirements: [],
  indexUrls: [],
  decisions: [],
  warnings: [],
};
const GPU: Partial<PlanInput> = { compatibility: { ...CPU, cuda: CUDA } };

const plan = (build: Partial<BuildConfig> = {}, options: Partial<PlanInput> = {}) =>
  planBuild({
    purpose: "image",
    compatibility: CPU,
    config: { ...CONFIG, build: { ...CONFIG.build, ...build } },
    requirements: { lines: [], warnings: [] },
    sdk: { kind: "carried", file: "/x/cog-1.0.0-py3-none-any.whl", version: "1.0.0" },
    ...options,
  });

test("a plan is plain JSON", () => {
  const hello = plan();
  expect(JSON.parse(JSON.stringify(hello))).toEqual(hello);
  const script = { path: "node/install-node.py", text: "…" };
  const files = hello.files.map((file) => (file.path === script.path ? script : file));
  expect({ ...hello, files }).toMatchInlineSnapshot(`
    {
      "base": {
        "because": "build.python_version",
        "image": "python:3.12-slim",
      },
      "caCertificate": false,
      "decisions": [
        {
          "because": "build.python_version",
          "setting": "base_image",
          "value": "python:3.12-slim",
        },
        {
          "because": "it belongs to this command",
          "setting": "sdk",
          "value": "cog==1.0.0",
        },
      ],
      "environment": [],
      "files": [
        {
          "path": "node/install-node.py",
          "text": "…",
        },
        {
          "from": "/x/cog-1.0.0-py3-none-any.whl",
          "path": "sdk/cog-1.0.0-py3-none-any.whl",
        },
      ],
      "folders": {
        "ca": "ca",
        "node": "node",
        "requirements": "requirements",
        "sdk": "sdk",
      },
      "installer": "pip",
      "labels": {},
      "node": {
        "fallback": "22.20.0",
        "version": "24.19.0",
      },
      "precompile": false,
      "purpose": "image",
      "requirements": [],
      "run": [],
      "sdk": {
        "file": "/x/cog-1.0.0-py3-none-any.whl",
        "kind": "carried",
        "version": "1.0.0",
      },
      "server": [
        {
          "name": "COG_PREDICT_TYPE_STUB",
          "value": "run.py:Runner",
        },
      ],
      "strip": false,
      "systemPackages": [],
      "warnings": [],
      "weights": [],
    }
  `);
});

test.each([
  [{}, {}, "python:3.12-slim"],
  [{ baseImage: "debian" }, {}, "debian"],
  [{ baseImage: "debian" }, { image: { base: "ubuntu" } }, "ubuntu"],
  [{}, GPU, "nvidia/cuda:12.1.1-x"],
  [{ baseImage: "debian" }, GPU, "debian"],
  [{}, { ...GPU, image: { cudaBase: false } }, "python:3.12-slim"],
  [{}, { ...GPU, image: { cogBaseRegistry: "r8.im" } }, "r8.im/cog-base:cuda12.1-python3.12"],
])("%j with %j builds from %s", (build, options, image) => {
  expect(plan(build, options).base.image).toBe(image);
});

test("Python is installed into CUDA images only", () => {
  expect(plan({}, GPU).python).toBe("3.12");
  expect(plan({ baseImage: "x" }, GPU).python).toBeUndefined();
  expect(plan().python).toBeUndefined();
});

test("the URL of a wheel, which may hold a password, is nowhere but in a staged file", () => {
  const url = "https://ada:secret@h/cog-0.20.0-py3-none-any.whl";
  const { sdk, files, decisions, ...rest } = plan({}, { sdk: { kind: "url", url } });
  expect(sdk).toEqual({ kind: "url", url });
  expect(files[0]).toEqual({ path: "sdk/requirements.txt", text: `${url}\n` });
  // Nor in what the installer notes of it in the image.
  expect(files.slice(1).map(({ path }) => path)).toEqual([`sdk/${rest.hideOrigins}`]);
  expect(JSON.stringify({ decisions, rest })).not.toContain("secret");
  expect(decisions).toContainEqual(
    expect.objectContaining({ setting: "sdk", value: url.replace("ada:secret", "****") }),
  );
});

test("a base image of the user's must have the Python that cog.yaml names", () => {
  expect(plan({ baseImage: "x", pythonVersion: "3.12.4" }).expectedPython).toBe("3.12");
  expect(plan({ baseImage: "x", pythonIsDefault: true }).expectedPython).toBeUndefined();
  expect(plan().expectedPython).toBeUndefined();
});

test("the index of a torch build comes once, after the user's options", () => {
  const indexUrls = ["https://download.pytorch.org/whl/cpu/"];
  const requirementsOf = (texts: readonly string[]) => {
    const requirements = texts.map((text) => ({ kind: text.startsWith("-") ? "option" : "package", text }) as const);
    return plan({}, { compatibility: { ...CPU, requirements, indexUrls } }).requirements;
  };
  const lines = ["--find-links https://l", "--extra-index-url https://download.pytorch.org/whl/cpu", "torch==2.3.1"];
  expect(requirementsOf(lines)).toEqual(lines);
  expect(requirementsOf(["six", "torch==2.3.1"])).toEqual([`--extra-index-url ${indexUrls[0]}`, "six", "torch==2.3.1"]);
});

test("Cog's own images have no patch versions of Python", () => {
  const python = { setting: "python", value: "3.12.4", because: "build.python_version" } as const;
  const options: Partial<PlanInput> = { compatibility: { ...CPU, python }, image: { cogBaseRegistry: "r8.im" } };
  const { base, warnings } = plan({ pythonVersion: "3.12.4" }, options);
  expect(base.image).toBe("r8.im/cog-base:python3.12");
  expect(warnings).toEqual(["Stripping patch version from Python version 3.12.4 to 3.12"]);
  expect(plan({ pythonVersion: "3.12.4" }, { compatibility: { ...CPU, python } }).base.image).toBe(
    "python:3.12.4-slim",
  );
});

test.each([
  ["3.10", 2, true],
  ["3.10", 1, false],
  ["3.11.4", 2, false],
])("with Python %s a decorator's concurrency of %i is refused: %s", (value, concurrency, isRefused) => {
  const python = { setting: "python", value, because: "the newest that torch==1.13.1 has wheels for" } as const;
  const act = () => plan({}, { compatibility: { ...CPU, python }, concurrency });
  if (isRefused) expect(act).toThrow(/Python 3\.11 .*torch==1\.13\.1/);
  else expect(act).not.toThrow();
});

test("cog.yaml's concurrency wins over the decorator's", () => {
  const config = { ...CONFIG, concurrency: { max: 4, queue: 8, workers: 2 }, train: "train.py:train" };
  expect(plan({}, { config, concurrency: 2 }).server).toEqual([
    { name: "COG_PREDICT_TYPE_STUB", value: "run.py:Runner" },
    { name: "COG_TRAIN_TYPE_STUB", value: "train.py:train" },
    { name: "COG_MAX_CONCURRENCY", value: "4" },
    { name: "COG_QUEUE_MAX", value: "8" },
    { name: "COG_WORKERS", value: "2" },
  ]);
});
