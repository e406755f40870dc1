import { expect, test } from "vitest";
import { type Dispatch, type DispatchFacts, dispatchRun } from "./dispatch.ts";
import { publishFlag } from "./exec.ts";
import { globalFlags } from "./global-flags.ts";
import { onlyPredictionFlags, predictionFlags } from "./prediction-flags.ts";

const FACTS: DispatchFacts = {
  flags: { ...predictionFlags, ...publishFlag, ...globalFlags },
  predictionFlags: new Set(Object.keys(onlyPredictionFlags)),
  execFlags: new Set(Object.keys(publishFlag)),
  fileExists: () => false,
};
const dispatch = (line: string, files: readonly string[] = []): Dispatch =>
  dispatchRun(line === "" ? [] : line.split(" "), { ...FACTS, fileExists: (path) => files.includes(path) });

const words = (text: string) => (text === "" ? [] : text.split(" "));
const project = (flags = ""): Dispatch => ({ kind: "predict", words: words(flags) });
const image = (name: string, flags = ""): Dispatch => ({ kind: "predict", image: name, words: words(flags) });
const perhaps = (name: string, flags = ""): Dispatch => ({
  kind: "predict",
  image: name,
  words: words(flags),
  unsure: true,
});
const exec = (command: string, flags = ""): Dispatch => ({
  kind: "exec",
  flags: words(flags),
  command: words(command),
});

const MEANINGS: readonly (readonly [typed: string, meaning: Dispatch])[] = [
  // 1: nothing but flags
  ["", project()],
  ["-i s=a", project("-i s=a")],
  ["--debug -i s=a", project("--debug -i s=a")],
  ["--json -o out.json -i s=a", project("--json -o out.json -i s=a")],
  ["--inptu s=a", project("--inptu s=a")],
  // 2: after --
  ["-- my-tool", exec("my-tool")],
  ["-e A=1 -- my-tool -x", exec("my-tool -x", "-e A=1")],
  // 3: a flag of commands
  ["-p 8888 jupyter notebook", exec("jupyter notebook", "-p 8888")],
  ["-qp 8888 jupyter -x", exec("jupyter -x", "-qp 8888")],
  ["-p 8888 my-image", exec("my-image", "-p 8888")],
  // 4: a flag of predictions before the image
  ["-i s=a my-model", image("my-model", "-i s=a")],
  ["-i s=a python", image("python", "-i s=a")],
  ["-qi s=a my-model", image("my-model", "-qi s=a")],
  ["-qis=a my-model", image("my-model", "-qis=a")],
  ["-i s=a my-model -i t=b", image("my-model", "-i s=a -i t=b")],
  // 5: a known command, or a path
  ["python train.py", exec("python train.py")],
  ["python", exec("python")],
  ["python3.12 -V", exec("python3.12 -V")],
  ["bash -c ls", exec("bash -c ls")],
  ["-e A=1 python x.py", exec("python x.py", "-e A=1")],
  ["python -c x --debug", exec("python -c x --debug")],
  ["./train.sh", exec("./train.sh")],
  ["train.py -i x=1", exec("train.py -i x=1")],
  ["script/setup", exec("script/setup")],
  ["python3-config --libs", exec("python3-config --libs")],
  ["/opt/tool", exec("/opt/tool")],
  ["../tool", exec("../tool")],
  ["~/tool", exec("~/tool")],
  [".\\train.bat", exec(".\\train.bat")],
  ["C:\\tools\\train.exe", exec("C:\\tools\\train.exe")],
  ["jupyter notebook", exec("jupyter notebook")],
  // 6: an image with flags of predictions, or one that can only be an image
  ["my-model -i s=a", image("my-model", "-i s=a")],
  ["my-model --json", image("my-model", "--json")],
  ["my-model --debug -o out.png", image("my-model", "--debug -o out.png")],
  ["my-model -i", image("my-model", "-i")],
  ["r8.im/u/m", image("r8.im/u/m")],
  ["my-model:v1", image("my-model:v1")],
  ["localhost:5000/m", image("localhost:5000/m")],
  ["localhost/m", image("localhost/m")],
  ["me/model:v1 --gpus all", image("me/model:v1", "--gpus all")],
  ["m@sha256:abc", image("m@sha256:abc")],
  // 7: a word alone
  ["my-model", perhaps("my-model")],
  ["my-model --gpus all", perhaps("my-model", "--gpus all")],
  ["me/model", perhaps("me/model")],
  ["my-model --quiet=perhaps", perhaps("my-model", "--quiet=perhaps")],
  ["s=1 --debug", { kind: "forgot-input", image: "s=1" }],
  ["s=1", { kind: "forgot-input", image: "s=1" }],
  // 8: anything else is a command
  ["sed -i s=a file", exec("sed -i s=a file")],
  ["my-tool --unknown", exec("my-tool --unknown")],
  ["my-model:v1 more", exec("my-model:v1 more")],
];

test.each(MEANINGS)("cog run %s", (typed, meaning) => {
  expect(dispatch(typed)).toEqual(meaning);
});

test("a word that names a file is a command", () => {
  expect(dispatch("tool", ["tool"])).toEqual(exec("tool"));
});

test("an empty word is no image", () => {
  expect(dispatchRun([""], FACTS)).toEqual({ kind: "usage-error", message: expect.stringContaining("is empty") });
  expect(dispatchRun(["--json", ""], FACTS)).toEqual({ kind: "predict", words: ["--json", ""] });
});

test.each([
  ["-p 8080", "cog serve -p"],
  ["-p 8080 -i s=a x", "and -p cannot be used together"],
  ["-i s=a -- my-tool", "a command, my-tool, cannot"],
  ["-i s=a one two", '"one" and "two"'],
])("cog run %s is refused", (typed, words) => {
  expect(dispatch(typed)).toEqual({ kind: "usage-error", message: expect.stringContaining(words) });
});
