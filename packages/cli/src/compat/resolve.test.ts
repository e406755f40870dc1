import type { BuildConfig } from "@cog/core/config";
import { expect, test } from "vitest";
import { resolveCompatibility } from "./index.ts";

const CPU: BuildConfig = {
  gpu: false,
  pythonVersion: "3.12",
  pythonPackages: [],
  systemPackages: [],
  run: [],
  installer: "pip",
};
const GPU = { ...CPU, gpu: true };

test.each([
  [[], "11.8/8"],
  [["torch==2.0.1"], "11.8/8"],
  [["torch==2.3.1"], "12.1/8"],
  [["torch==2.5.1"], "12.4/9"],
  [["torch==2.6.0"], "12.6/9"],
  [["torch==2.7.1"], "12.8/9"],
  [["torch==2.8.0"], "12.9/9"],
  [["torch==2.9.1"], "13.0/9"],
  [["torch==2.11.0"], "13.0/9"],
  [["torch==1.13.1"], "11.7/8"],
  [["torch==1.11.0"], "11.3/8"],
  [["torch==2.5.1+cu121"], "12.1/8"],
  [["Torch[opt]==2.3.1"], "12.1/8"],
  [["tensorflow==2.10.0"], "11.2/8"],
  [["tensorflow==2.13.0"], "11.8/8"],
  [["tensorflow==2.15.0"], "12.2/8"],
  [["tensorflow==2.18.0"], "12.5/9"],
  [["tensorflow==2.16.1"], "12.3/9"],
  [["tensorflow==2.15.0", "torch==2.3.1"], "12.2/8"],
  [["tensorflow"], "11.8/8"],
  [["torchvision==0.18.1"], "11.8/8"],
])("a GPU project with %j gets CUDA/cuDNN %s", (requirements, expected) => {
  const { cuda } = resolveCompatibility(GPU, requirements);
  expect(`${cuda?.cuda}/${cuda?.cudnn}`).toBe(expected);
});

test.each([
  [{}, [], "nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04"],
  [{ cuda: "12.4" }, [], "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04"],
  [{ cuda: "11.0" }, [], "nvidia/cuda:11.0.3-cudnn8-devel-ubuntu20.04"],
  [{ cuda: "12.1.1" }, [], "nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04"],
  [{ cuda: "12.4" }, ["torch"], "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04"],
  [{}, ["torch==2.9.1"], "nvidia/cuda:13.0.3-cudnn-devel-ubuntu24.04"],
])("with %j and %j the base is %s", (build, requirements, image) => {
  expect(resolveCompatibility({ ...GPU, ...build }, requirements).cuda?.image).toBe(image);
});

test.each([
  [GPU, ["torch==2.3.1"], ["torch==2.3.1"], ["cu121"]],
  [GPU, ["torch==2.3"], ["torch==2.3.1"], ["cu121"]],
  [{ ...GPU, cuda: "12.4" }, ["torch==2.3.1"], ["torch==2.3.1"], ["cu121"]],
  [GPU, ["tensorflow==2.15.0", "torch==2.3.1"], ["tensorflow==2.15.0", "torch==2.3.1"], ["cu121"]],
  [
    GPU,
    ["torch==2.3.1", "torchvision==0.18.1", "torchaudio==2.3.1"],
    ["torch==2.3.1", "torchvision==0.18.1", "torchaudio==2.3.1"],
    ["cu121"],
  ],
  [CPU, ["torch==2.3.1"], ["torch==2.3.1"], ["cpu"]],
  [CPU, ["torch==2.3"], ["torch==2.3"], []],
  [CPU, ["torch==2.3.1+cu121"], ["torch==2.3.1+cu121"], []],
  [CPU, ["torchvision==0.14.1"], ["torchvision==0.14.1+cpu"], ["cpu"]],
  [
    CPU,
    ["ruamel.yaml==0.18.6", 'torch==2.3.1 ; python_version < "3.13"'],
    ["ruamel.yaml==0.18.6", 'torch==2.3.1 ; python_version < "3.13"'],
    [],
  ],
])("gpu %# rewrites pinned torch lines only", (build, requirements, lines, indexes) => {
  const resolved = resolveCompatibility(build, requirements);
  expect(resolved.requirements).toEqual(lines);
  expect(resolved.indexUrls).toEqual(indexes.map((name) => `https://download.pytorch.org/whl/${name}/`));
});

test.each([
  [{}, ["torch"], "torch version must be specified"],
  [{}, ["torch==2.6.0.dev20240101"], "'?cuda'? |CUDA"],
  [{}, ["tensorflow==9.9.9"], "tensorflow==9.9.9"],
  [{ cuda: "12.7" }, [], "CUDA 12.7 is not supported"],
  [{ cuda: "12.4.0" }, [], "CUDA 12.4.0 is not supported"],
  [{ cuda: "11.8", cudnn: "9" }, [], "not compatible"],
  [{ cuda: "11.8" }, ["tensorflow==2.15.0"], "TensorFlow 2.15.0 requires CUDA 12.2"],
  [{ cudnn: "9" }, ["tensorflow==2.15.0"], "not compatible.*tensorflow==2.15.0"],
])("refuses %j with %j: %s", (build, requirements, message) => {
  expect(() => resolveCompatibility({ ...GPU, ...build }, requirements)).toThrow(new RegExp(message));
});

test.each([
  [["numpy"], "3.13", "not set"],
  [["torch==2.3.1"], "3.12", "torch==2.3.1"],
  [["torch==1.13.1"], "3.10", "torch==1.13.1"],
  [["tensorflow==2.10.0"], "3.10", "tensorflow==2.10.0"],
  [["torch==2.3.1", "tensorflow==2.10.0"], "3.10", "tensorflow==2.10.0"],
  [["torch==2.11.0"], "3.13", "not set"],
])("a project with %j that names no Python gets %s", (requirements, version, because) => {
  const resolved = resolveCompatibility({ ...CPU, pythonVersion: "3.13", pythonIsDefault: true }, requirements);
  expect(resolved.pythonVersion).toBe(version);
  expect(resolved.decisions[0]).toMatchObject({ setting: "python", because: expect.stringContaining(because) });
});

test("a Python that is named stays", () => {
  expect(resolveCompatibility({ ...CPU, pythonVersion: "3.13" }, ["torch==2.3.1"]).pythonVersion).toBe("3.13");
});

test("every choice has its reason", () => {
  const { decisions } = resolveCompatibility({ ...GPU, cudnn: "8" }, ["torch==2.3.1"]);
  expect(decisions.map(({ setting, value, because }) => `${setting} ${value}: ${because}`)).toEqual([
    "python 3.12: build.python_version",
    "cuda 12.1: torch==2.3.1",
    "cudnn 8: build.cudnn",
    "torch_index cu121: torch==2.3.1 for CUDA 12.1",
  ]);
});
