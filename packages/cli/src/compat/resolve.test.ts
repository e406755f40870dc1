import type { BuildConfig } from "@cog/core/config";
import type { Place } from "@cog/core/errors";
import { expect, test } from "vitest";
import type { RequirementLine } from "#requirements";
import { refusalOf } from "../testing/refusal.ts";
import { type ResolveOptions, resolveCompatibility } from "./index.ts";

const CPU: BuildConfig = {
  gpu: false,
  pythonVersion: "3.12",
  pythonPackages: [],
  systemPackages: [],
  run: [],
};
const GPU = { ...CPU, gpu: true };

const lineOf = (text: string, index: number): RequirementLine => ({
  kind: text.startsWith("-") ? "option" : "package",
  text,
  place: { file: "requirements.txt", line: index + 1 },
});

function resolve(build: BuildConfig, requirements: readonly string[], options?: ResolveOptions) {
  return resolveCompatibility(build, { lines: requirements.map(lineOf), warnings: [] }, options);
}

function textsOf(lines: readonly RequirementLine[]): readonly string[] {
  return lines.map((line) => ("text" in line ? line.text : line.kind));
}

const RESOLVED: readonly (readonly [requirements: readonly string[], expected: string])[] = [
  [[], "11.8/8"],
  [["torch==1.11.0"], "11.3/8"],
  [["torch==1.12.1"], "11.6/8"],
  [["torch==1.13.1"], "11.7/8"],
  [["torch==2.0.1"], "11.8/8"],
  [["torch==2.1.2"], "12.1/8"],
  [["torch==2.2.2"], "12.1/8"],
  [["torch==2.3.1"], "12.1/8"],
  [["torch==2.4.1"], "12.4/9"],
  [["torch==2.5.1"], "12.4/9"],
  [["torch==2.6.0"], "12.6/9"],
  [["torch==2.7.1"], "12.8/9"],
  [["torch==2.8.0"], "12.9/9"],
  [["torch==2.9.1"], "13.0/9"],
  [["torch==2.10.0"], "13.0/9"],
  [["torch==2.11.0"], "13.0/9"],
  [["torch==2.12.1"], "13.0/9"],
  [["torch==2.15.0"], "13.2/9"],
  // The suffix decides; one that there is none of is not heeded.
  [["torch==2.5.1+cu121"], "12.1/8"],
  [["torch==2.3.1+cu999"], "12.1/8"],
  [["torch==2.3.1+rocm6.0"], "12.1/8"],
  // Names are compared as pip does; extras and spaces are no part of them.
  [["Torch[opt]==2.3.1"], "12.1/8"],
  [["torch == 2.3.1"], "12.1/8"],
  [["tensorflow[and-cuda]==2.15.0"], "12.2/8"],
  [["torchmetrics==1.0", "torch-scatter==2.0"], "11.8/8"],
  // The first number of a range is taken for the version.
  [["torch>=2.1"], "12.1/8"],
  [["torch~=2.3.0"], "12.1/8"],
  [["torch<2.4,>=2.0"], "12.4/9"],
  [["torch==2.3.1 ; sys_platform == 'linux'"], "12.1/8"],
  [["torch==2.3.1 --hash=sha256:aa"], "12.1/8"],
  // Other indexes do not change it.
  [["--extra-index-url https://download.pytorch.org/whl/cu118", "torch==2.3.1"], "12.1/8"],
  [["tensorflow==2.4.0"], "11.0/8"],
  ...["2.5.0", "2.6.0", "2.7.0", "2.8.0", "2.9.0", "2.10.0", "2.11.0"].map((version): [string[], string] => [
    [`tensorflow==${version}`],
    "11.2/8",
  ]),
  ...["2.12.0", "2.13.0", "2.14.0"].map((version): [string[], string] => [[`tensorflow==${version}`], "11.8/8"]),
  [["tensorflow==2.15.0"], "12.2/8"],
  // Built with cuDNN 8, which no image of CUDA 12.3 has.
  [["tensorflow==2.16.1"], "12.3/9"],
  [["tensorflow==2.17.0"], "12.3/9"],
  [["tensorflow==2.16.2"], "12.3/9"],
  [["tensorflow==2.15.1"], "12.2/8"],
  ...["2.18.0", "2.19.0", "2.20.0", "2.21.0"].map((version): [string[], string] => [
    [`tensorflow==${version}`],
    "12.5/9",
  ]),
  [["tensorflow==2.15.0", "torch==2.3.1"], "12.2/8"],
  [["tensorflow"], "11.8/8"],
  [["tensorflow", "torch==2.3.1"], "12.1/8"],
  [["torchvision==0.18.1"], "11.8/8"],
];

test.each(RESOLVED)("a GPU project with %j gets CUDA/cuDNN %s", (requirements, expected) => {
  const { cuda } = resolve(GPU, requirements);
  expect(`${cuda?.cuda}/${cuda?.cudnn}`).toBe(expected);
});

/** The best image of each CUDA: highest patch, then highest Ubuntu. */
const IMAGES = `11.0.3-cudnn8-devel-ubuntu20.04 11.1.1-cudnn8-devel-ubuntu20.04 11.2.2-cudnn8-devel-ubuntu20.04
11.3.1-cudnn8-devel-ubuntu20.04 11.4.3-cudnn8-devel-ubuntu20.04 11.5.2-cudnn8-devel-ubuntu20.04
11.6.2-cudnn8-devel-ubuntu20.04 11.7.1-cudnn8-devel-ubuntu22.04 11.8.0-cudnn8-devel-ubuntu22.04
12.0.1-cudnn8-devel-ubuntu22.04 12.1.1-cudnn8-devel-ubuntu22.04 12.2.2-cudnn8-devel-ubuntu22.04
12.3.2-cudnn9-devel-ubuntu22.04 12.4.1-cudnn-devel-ubuntu22.04 12.5.1-cudnn-devel-ubuntu22.04
12.6.3-cudnn-devel-ubuntu24.04 12.8.1-cudnn-devel-ubuntu24.04 12.9.1-cudnn-devel-ubuntu24.04
13.0.3-cudnn-devel-ubuntu24.04 13.1.2-cudnn-devel-ubuntu24.04 13.2.1-cudnn-devel-ubuntu24.04`;

test.each(IMAGES.split(/\s+/).map((tag) => [tag.split(".", 2).join("."), tag]))("CUDA %s is %s", (cuda, tag) => {
  expect(resolve({ ...GPU, cuda }, []).cuda?.image).toBe(`nvidia/cuda:${tag}`);
});

test.each([
  [{}, [], "nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04"],
  [{ cuda: "12.1.1" }, [], "nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04"],
  [{ cuda: "12.1.0" }, [], "nvidia/cuda:12.1.0-cudnn8-devel-ubuntu22.04"],
  [{ cuda: "12.4" }, ["torch"], "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04"],
  [{ cuda: "12.4" }, ["torch==99.0.0"], "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04"],
  [{ cuda: "12.4", cudnn: "9" }, [], "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04"],
  [{ cuda: "12.4" }, ["tensorflow==2.18.0"], "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04"],
  [{ cuda: "12.4" }, ["tensorflow==99.0.0"], "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04"],
  [{ cudnn: "9" }, ["tensorflow==2.18.0"], "nvidia/cuda:12.5.1-cudnn-devel-ubuntu22.04"],
  [{}, ["torch==2.9.1"], "nvidia/cuda:13.0.3-cudnn-devel-ubuntu24.04"],
])("with %j and %j the base is %s", (build, requirements, image) => {
  expect(resolve({ ...GPU, ...build }, requirements).cuda?.image).toBe(image);
});

test.each([
  [GPU, ["torch==2.3.1"], ["torch==2.3.1"], ["cu121"]],
  [GPU, ["torch==2.3"], ["torch==2.3.1"], ["cu121"]],
  [GPU, ["torch==2.5.1+cu121"], ["torch==2.5.1"], ["cu121"]],
  [GPU, ["torch==2.0.0"], ["torch==2.0.0"], ["cu118"]],
  [{ ...GPU, cuda: "11.7" }, ["torch==2.0.1"], ["torch==2.0.1"], []],
  [{ ...GPU, cuda: "12.4" }, ["torch==2.3.1"], ["torch==2.3.1"], ["cu121"]],
  [{ ...GPU, cuda: "12.4" }, ["torch==99.0.0"], ["torch==99.0.0"], []],
  [GPU, ["torch>=2.3"], ["torch>=2.3"], []],
  [GPU, ["torch==2.3.1 --hash=sha256:aa"], ["torch==2.3.1 --hash=sha256:aa"], []],
  [GPU, ["torch[opt]==2.3.1 ; python_version < '4'"], ["torch[opt]==2.3.1 ; python_version < '4'"], ["cu121"]],
  [GPU, ["tensorflow==2.15.0", "torch==2.3.1"], ["tensorflow==2.15.0", "torch==2.3.1"], ["cu121"]],
  [
    GPU,
    ["torch==2.3.1", "torchvision==0.18.1", "torchaudio==2.3.1"],
    ["torch==2.3.1", "torchvision==0.18.1", "torchaudio==2.3.1"],
    ["cu121"],
  ],
  [GPU, ["torchvision==0.18.1"], ["torchvision==0.18.1"], ["cu118"]],
  [GPU, ["torchvision==99.0"], ["torchvision==99.0"], []],
  [CPU, ["torch==2.3.1"], ["torch==2.3.1"], ["cpu"]],
  [CPU, ["torch==2.3"], ["torch==2.3"], []],
  [CPU, ["torch==2.12.0", "torchvision==0.27.0"], ["torch==2.12.0", "torchvision==0.27.0"], ["cpu"]],
  // A build for this CUDA that the table does not know; the default index has one for CUDA 13.0.
  [GPU, ["torch==2.12.0"], ["torch==2.12.0"], []],
  [CPU, ["torch==2.3.1+cpu"], ["torch==2.3.1+cpu"], []],
  [CPU, ["torch==2.3.1+cu121"], ["torch==2.3.1+cu121"], []],
  [CPU, ["torch==99.0.0"], ["torch==99.0.0"], []],
  [CPU, ["torchvision==0.14.1"], ["torchvision==0.14.1+cpu"], ["cpu"]],
  [CPU, ["torchaudio==2.3.1"], ["torchaudio==2.3.1"], []],
  [
    CPU,
    ["ruamel.yaml==0.18.6", 'torch==2.3.1 ; python_version < "3.13"'],
    ["ruamel.yaml==0.18.6", 'torch==2.3.1 ; python_version < "3.13"'],
    ["cpu"],
  ],
  [CPU, ["tensorflow==2.15.0"], ["tensorflow==2.15.0"], []],
])("gpu %# rewrites pinned torch lines only", (build, requirements, lines, indexes) => {
  const resolved = resolve(build, requirements);
  expect(textsOf(resolved.requirements)).toEqual(lines);
  expect(resolved.indexUrls).toEqual(indexes.map((name) => `https://download.pytorch.org/whl/${name}/`));
});

test("a torch line with an index of its own is left alone", () => {
  const line: RequirementLine = { kind: "package", text: "torch==2.3", hasIndex: true };
  const { requirements, indexUrls, cuda } = resolveCompatibility(GPU, { lines: [line], warnings: [] });
  expect([requirements, indexUrls, cuda?.cuda]).toEqual([[line], [], "12.1"]);
});

test("on arm64 PyTorch's indexes are for the CPU only", () => {
  const arm = { platform: "linux/arm64" };
  expect(resolve(GPU, ["torch==2.3"], arm)).toMatchObject({ indexUrls: [], requirements: [{ text: "torch==2.3" }] });
  expect(resolve(CPU, ["torch==2.3.1"], arm).indexUrls).toHaveLength(1);
});

/** Where each refusal points: a line of the requirements, or a key of cog.yaml. */
test.each([
  [{}, ["six", "torch"], "requirements.txt:2", "torch version must be specified"],
  [{}, ["torch==2.6.0.dev20240101"], "requirements.txt:1", "CUDA torch==2.6.0.dev20240101 .*'cuda' option"],
  [{}, ["torch==99.0.0"], "requirements.txt:1", "CUDA torch==99.0.0 .*'cuda' option.*build.cuda"],
  [{}, ["tensorflow==9.9.9"], "requirements.txt:1", "CUDA tensorflow==9.9.9 .*'cuda' option"],
  [{ cuda: "12.7" }, [], "build.cuda", "CUDA 12.7 is not supported"],
  [{ cuda: "12.4.0" }, [], "build.cuda", "CUDA 12.4.0 is not supported"],
  [{ cuda: "11.8", cudnn: "9" }, [], "build.cudnn", "CUDA 11.8 and CuDNN 9 are not compatible; .*: 8$"],
  [{ cudnn: "9" }, [], "build.cudnn", "no matching base image for CUDA 11.8 and CuDNN 9; .*: 8$"],
  [{ cuda: "12.4" }, ["tensorflow==2.15.0"], "build.cuda", "no matching base image for CUDA 12.4 and CuDNN 8"],
  [{ cuda: "11.8" }, ["tensorflow==2.15.0"], "build.cuda", "TensorFlow 2.15.0 requires CUDA 12.2"],
  [{ cudnn: "9" }, ["tensorflow==2.15.0"], "build.cudnn", "cuDNN 9 is not compatible with tensorflow==2.15.0"],
])("refuses %j with %j at %s: %s", (build, requirements, where, message) => {
  const placeOf = (field: string): Place => ({ file: field });
  const refused = refusalOf(() => resolve({ ...GPU, ...build }, requirements, { placeOf }));
  expect(refused.message).toMatch(new RegExp(message));
  expect([refused.place?.file, refused.place?.line].filter(Boolean).join(":")).toBe(where);
  expect(refused.hint).not.toBe("");
});

test("what is newer than the tables is said to be so", () => {
  expect(refusalOf(() => resolve(GPU, ["torch==99.0.0"])).hint).toMatch(/newest torch this cog knows is \d/);
  expect(refusalOf(() => resolve(GPU, ["torch==0.4.1"])).hint).toContain("1.11.0");
});

test.each([
  [{}, ["torch>=2.1"], "as if torch>=2.1 were torch==2.1"],
  [{}, ["tensorflow>=2.15.0"], "as if tensorflow>=2.15.0"],
  [{}, ["tensorflow==2.16.1"], "No image has CUDA 12.3 with cuDNN 8"],
  [{ cuda: "12.1" }, ["tensorflow==2.15.0"], "was built for CUDA 12.2"],
  [
    { cuda: "12.4" },
    ["torch==2.10.0"],
    "Cog doesn't know if CUDA 12.4 is compatible with PyTorch 2.10.0. Try 13.0 instead?",
  ],
  [{}, ["torchvision==99.0"], "Cog doesn't know which build of torchvision==99.0"],
])("warns of %j with %j: %s", (build, requirements, message) => {
  expect(resolve({ ...GPU, ...build }, requirements).warnings.join("\n")).toContain(message);
});

test.each([
  [{}, ["torch==2.3.1"]],
  [{ cuda: "12.2" }, ["tensorflow==2.15.0"]],
  [{ cuda: "12.1" }, ["torch==2.3.1"]],
])("is silent about %j with %j", (build, requirements) => {
  expect(resolve({ ...GPU, ...build }, requirements).warnings).toEqual([]);
});

test("for the CPU neither CUDA nor cuDNN is looked at", () => {
  const { cuda, decisions } = resolve({ ...CPU, cuda: "99.9", cudnn: "42" }, ["torch", "tensorflow==9.9.9"]);
  expect(cuda).toBeUndefined();
  expect(decisions.map(({ setting }) => setting)).toEqual(["python"]);
});

test.each([
  [["numpy"], "3.13", "not set"],
  [["torch==2.3.1"], "3.12", "torch==2.3.1"],
  [["torch==1.13.1"], "3.10", "torch==1.13.1"],
  [["tensorflow==2.10.0"], "3.10", "tensorflow==2.10.0"],
  [["torch==2.3.1", "tensorflow==2.10.0"], "3.10", "tensorflow==2.10.0"],
  [["torch==2.11.0"], "3.13", "not set"],
])("a project with %j that names no Python gets %s", (requirements, version, because) => {
  const resolved = resolve({ ...CPU, pythonVersion: "3.13", pythonIsDefault: true }, requirements);
  expect(resolved.python.value).toBe(version);
  expect(resolved.decisions[0]).toMatchObject({ setting: "python", because: expect.stringContaining(because) });
});

test("a Python that is named stays", () => {
  expect(resolve({ ...CPU, pythonVersion: "3.13" }, ["torch==2.3.1"]).python.value).toBe("3.13");
});

test.each([
  [">=3.10", "3.13"],
  [">=3.10,<3.13", "3.12"],
  [">=3.9, <=3.12.4", "3.12"],
  ["<3.11", "3.10"],
  ["==3.11.*", "3.11"],
  [">=3.14", "3.14"],
  [">=99", "3.13"],
])("requirements for Python %s get %s when none is named", (requiresPython, version) => {
  const build = { ...CPU, pythonVersion: "3.13", pythonIsDefault: true } as const;
  expect(resolveCompatibility(build, { lines: [], warnings: [], requiresPython }).python.value).toBe(version);
});

test("a named Python that the requirements are not for is a warning", () => {
  const { warnings } = resolveCompatibility(CPU, { lines: [], warnings: [], requiresPython: ">=3.13" });
  expect(warnings).toEqual([expect.stringContaining("Python 3.12 is used, but the requirements are for >=3.13")]);
});

test("every choice has its reason", () => {
  const { decisions } = resolve({ ...GPU, cudnn: "8" }, ["torch==2.3.1"]);
  expect(decisions.map(({ setting, value, because }) => `${setting} ${value}: ${because}`)).toEqual([
    "python 3.12: build.python_version",
    "cuda 12.1: torch==2.3.1",
    "cudnn 8: build.cudnn",
    "torch_index cu121: torch==2.3.1 for CUDA 12.1",
  ]);
});
