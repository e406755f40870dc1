import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Reporter } from "#report";
import { readSettings } from "#settings";
import type { AnyCommand } from "./command.ts";
import { debug } from "./debug.ts";
import { inspect } from "./inspect.ts";
import { parseCall } from "./parse.ts";

const MODEL = `from cog import BaseRunner, Input, Path

class Runner(BaseRunner):
    def run(self, name: str, scale: float = Input(default=1.5, ge=0, description="how big")) -> list[Path]:
        return []
`;

let directory = "";
let said: string[] = [];
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "cog-inspect-")));
  said = [];
  write("run.py", MODEL);
  write("requirements.txt", "torch==2.3.1\nnumpy\n");
  write(
    "cog.yaml",
    'build:\n  gpu: true\n  python_version: "3.11"\n  python_requirements: requirements.txt\nrun: run.py:Runner\n',
  );
});
afterEach(() => rmSync(directory, { recursive: true }));

test("a project is resolved, with the reasons, without Docker", async () => {
  const facts = JSON.parse(await output(inspect, "--json"));
  expect(facts).toMatchObject({
    kind: "project",
    name: `cog-${basename(directory).toLowerCase().slice(4)}`.slice(0, 30),
    config: { build: { gpu: true, python_version: "3.11" }, predict: "run.py:Runner" },
    inputs: [
      { name: "name", type: "string", required: true, default: null, constraints: {} },
      { name: "scale", type: "number", required: false, default: 1.5, description: "how big", constraints: { ge: 0 } },
    ],
    output: "list[path]",
    gpu: true,
    size: null,
    resolved: {
      python: "3.11",
      cuda: "12.1",
      cudnn: "8",
      base_image: "nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04",
      torch_index: "cu121",
      requirements: ["--extra-index-url https://download.pytorch.org/whl/cu121/", "torch==2.3.1", "numpy"],
    },
  });
  expect(facts.resolved.why).toContainEqual({ setting: "cuda", value: "12.1", because: "torch==2.3.1" });
});

test("what does not apply is null, and a model that cannot be read is no obstacle", async () => {
  write("cog.yaml", 'build: {python_version: "3.11"}\nrun: gone.py:Runner\n');
  expect(JSON.parse(await output(inspect, directory, "--json"))).toMatchObject({
    inputs: [],
    output: null,
    resolved: { cuda: null, cudnn: null, torch_index: null, base_image: "python:3.11-slim", requirements: [] },
  });
  expect(said.join("\n")).toContain("gone.py");
});

test("passwords of indexes are not shown", async () => {
  write("requirements.txt", "--extra-index-url https://me:secret@h.example/simple\nsix\n");
  write(
    "cog.yaml",
    'build:\n  python_version: "3.11"\n  python_requirements: requirements.txt\nenvironment: ["I=https://me:secret@h/"]\n',
  );
  const text = await output(inspect, "--json");
  expect(JSON.parse(text).resolved.requirements).toEqual(["--extra-index-url https://****@h.example/simple", "six"]);
  expect(text).not.toContain("secret");
});

test("for people it is a table", async () => {
  const text = await output(inspect);
  expect(text).toContain("Inputs\n  name   string  required\n  scale  number  default 1.5, ge 0  how big\n");
  expect(text).toMatch(/cuda +12\.1 +torch==2\.3\.1\n/);
});

test("debug prints the Dockerfile and nothing else", async () => {
  const text = await output(debug, "--use-cuda-base-image=false");
  expect(text).toMatch(/^ARG COG_BASE="python:3\.11-slim"\nFROM/);
  expect(text).toContain("COPY src /src\n");
});

test("debug shows the weights' own image, its name and what the other leaves out", async () => {
  write("model.bin", "x".repeat(10 * 1024 * 1024));
  const text = await output(debug, "--separate-weights", "--image-name", "me/model");
  const parts = text.split(/^===$/m).map((part) => part.trim());
  expect(parts[0]).toBe("=== Weights Dockerfile contents:\nFROM scratch\nCOPY weights /");
  expect(parts[1]).toMatch(/^=== Runner Dockerfile contents:\n.*FROM me\/model-weights AS weights/s);
  expect(parts[1]).toContain("COPY --from=weights /src /src\nCOPY src /src");
  expect(parts[2]).toBe("=== Weights exclude patterns:\nmodel.bin");
});

function write(name: string, text: string): void {
  writeFileSync(join(directory, name), text);
}

async function output(command: AnyCommand, ...words: string[]): Promise<string> {
  const printed: string[] = [];
  expect(await call(command, words, printed)).toBe(0);
  return printed.join("");
}

async function call(command: AnyCommand, words: readonly string[], printed: string[]): Promise<number> {
  const say = (message: string) => void said.push(message);
  const report: Reporter = {
    info: say,
    warn: say,
    debug: () => {},
    output: () => {},
    step: () => ({ update: () => {}, done: () => {}, fail: () => {} }),
  };
  return await command.run(parseCall(command, words), {
    workingDirectory: directory,
    settings: readSettings({}),
    report,
    signal: new AbortController().signal,
    stdout: { write: (text) => void printed.push(String(text)), isTerminal: false },
    showError: () => undefined,
    readStdin: async () => "",
    global: { debug: false, engine: undefined, registry: undefined },
  });
}
