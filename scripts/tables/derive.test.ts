import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { at } from "../repository.ts";
import { cudaOf, missingVersions, tableText, tensorflowRows, torchRows } from "./derive.ts";

const release = (version: string, ...requires: string[]) => ({ version, pythons: ["3.12", "3.13"], requires });

test.each([
  [["numpy", "nvidia-cuda-runtime-cu12==12.8.90 ; platform_system == 'Linux'"], "12.8"],
  [["nvidia-cuda-runtime==13.0.48"], "13.0"],
  [["cuda-toolkit[cublas,cudart]==13.0.3; platform_system == 'Linux'", "cuda-bindings<14,>=13.0.3"], "13.0"],
  [["nvidia-cuda-runtime-cu12 (==12.1.105)"], "12.1"],
  [["nvidia-cudnn-cu12==8.9", "nvidia-cuda-nvrtc-cu12==12.1"], undefined],
  [[], undefined],
])("%j was built for CUDA %s", (requires, cuda) => {
  expect(cudaOf(requires)).toBe(cuda);
});

test("a torch has a row for the CPU and one for the CUDA of the default index", () => {
  const family = {
    torch: [
      release("2.13.0", "cuda-toolkit[cudart]==13.0.3"),
      release("2.14.0", "nvidia-cuda-runtime==13.0.1"),
      release("9.0.0"),
    ],
    torchvision: [
      release("0.28.0", "torch==2.13.0"),
      release("0.29.0", "torch>=2.14.0"),
      release("0.29.2", "torch>=2.14.0"),
    ],
    torchaudio: [release("2.13.0", "torch==2.13.0")],
  };
  expect(torchRows(family)).toEqual([
    ["2.13.0+cpu", null, "0.28.0", "2.13.0", "cpu", ["3.12", "3.13"]],
    ["2.13.0", "13.0", "0.28.0", "2.13.0", null, ["3.12", "3.13"]],
    ["2.14.0+cpu", null, "0.29.2", null, "cpu", ["3.12", "3.13"]],
    ["2.14.0", "13.0", "0.29.2", null, null, ["3.12", "3.13"]],
  ]);
});

test("a tensorflow has what its extra and-cuda pins, when it has one", () => {
  const cuda = [
    "nvidia-cuda-runtime-cu12 ==12.3.101 ; extra == 'and-cuda'",
    "nvidia-cudnn-cu12 ==8.9.7.29 ; extra == 'and-cuda'",
  ];
  expect(tensorflowRows([release("2.16.2", ...cuda), release("2.13.1", "numpy")])).toEqual([
    ["2.16.2", "12.3", "8", "8.9", ["3.12", "3.13"]],
  ]);
});

test("what is older, a release candidate or there already is not asked for", () => {
  const known = ["2.0.0", "2.0.0+cu118", "2.1.0+cpu"];
  const released = ["2.10.0", "2.2.0rc1", "2.1.0", "2.0.1", "1.13.1", "2.15.0.post1", "2.9.0"];
  expect(missingVersions(known, released)).toEqual(["2.0.1", "2.9.0", "2.10.0"]);
  expect(missingVersions(known, released, "2.9.0")).toEqual(["2.10.0"]);
});

test.each([
  ["torch", "builds"],
  ["tensorflow", "releases"],
])("%s.json is written as it is", (name, rows) => {
  const text = readFileSync(at(`packages/cli/src/compat/tables/${name}.json`), "utf8");
  expect(tableText(JSON.parse(text), rows)).toBe(text);
});
