import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BuildConfig } from "@cog/core/config";
import { ENVIRONMENT_LABEL } from "@cog/core/wire";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { docker, type Image, inspectImage, ping, removeImage } from "#docker";
import type { Project } from "#project";
import type { Reporter } from "#report";
import { type BuildImageRequest, buildImage } from "./index.ts";

const signal = new AbortController().signal;
const withDocker = (await ping({ signal })) === "answers";
const NAME = `cog-build-test-${process.pid}`;
const SCHEMA = { openapi: "3.0.2", info: { title: "Cog", version: "0.1.0" }, paths: {} };
const BUILD: BuildConfig = {
  gpu: false,
  pythonVersion: "3.11",
  pythonRequirements: "requirements.txt",
  pythonPackages: [],
  systemPackages: [],
  run: [{ command: "echo made > /opt/made # a comment", mounts: [] }],
  installer: "pip",
};
const YAML = `build:
  python_version: "3.11"
  python_requirements: requirements.txt
  run:
    - echo made > /opt/made # a comment
    - echo to the log && exit 7
run: run.py:Runner
`;

let directory: string;
let said: string[];

beforeAll(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "cog-build-test-")));
  write("run.py", "x = 1\n");
  write("requirements.txt", "six==1.17.0\n");
  write(".dockerignore", "requirements.txt\nsecret.txt\n");
  write("secret.txt", "hidden");
  write("cog.yaml", YAML);
});

beforeEach(() => {
  said = [];
});

afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  if (withDocker) await removeImage(NAME, {});
});

describe.skipIf(!withDocker)(`cog build${withDocker ? "" : " (left out: no Docker engine answers here)"}`, () => {
  let first: Image;

  test("makes an image with its labels, and cleans up", { timeout: 300_000 }, async () => {
    const built = await build();
    first = await inspected();
    expect(built).toEqual({
      names: [NAME],
      id: first.id,
      digest: first.digest,
      sizeBytes: first.sizeBytes,
      environment: { digest: first.labels[ENVIRONMENT_LABEL], parts: expect.anything() },
    });
    expect(first.labels).toMatchObject({
      [ENVIRONMENT_LABEL]: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      "run.cog.version": "1.2.3",
      "run.cog.has_init": "true",
      "run.cog.openapi_schema": JSON.stringify(SCHEMA),
      "run.cog.pip_freeze": expect.stringMatching(/^cog==.*\nsix==1\.17\.0$/),
      mine: "yes",
    });
    expect(JSON.parse(first.labels["run.cog.config"] ?? "")).toEqual({
      build: {
        python_version: "3.11",
        python_requirements: "requirements.txt",
        run: [{ command: "echo made > /opt/made # a comment" }],
      },
      predict: "run.py:Runner",
      environment: ['GREETING=hello "$HOME" \\ there'],
    });
    expect(existsSync(join(directory, ".cog/build"))).toBe(false);
    expect(readFileSync(join(directory, ".cog/.gitignore"), "utf8")).toBe("*\n");
  });

  test("the image holds what the rules let through, and all it was told", { timeout: 60_000 }, async () => {
    const script =
      'ls -A /src | sort | tr "\\n" " "; cat /src/.cog/openapi_schema.json /opt/made; printf %s "$GREETING"; pwd';
    const { stdout } = await docker(["run", "--rm", NAME, "sh", "-c", script], { signal });
    expect(stdout).toBe(`.cog .dockerignore cog.yaml run.py ${JSON.stringify(SCHEMA)}made\nhello "$HOME" \\ there/src`);
  });

  test("the image works for any user and without a writable root", { timeout: 60_000 }, async () => {
    const args = [
      "run",
      "--rm",
      "--user=1234",
      "--read-only",
      NAME,
      "sh",
      "-c",
      'python -c "import cog, six" && $COG_NODE -e 0 && cat run.py',
    ];
    expect(await docker(args, { signal })).toMatchObject({ exitCode: 0, stdout: "x = 1" });
  });

  // Again when the wheel in dist/ was rebuilt between the two builds.
  test("a code edit changes the last layer only", { timeout: 120_000, retry: 1 }, async () => {
    await build();
    first = await inspected();
    write("run.py", `x = ${performance.now()}\n`);
    await build();
    const second = await inspected();
    expect(second.layers.slice(0, -1)).toEqual(first.layers.slice(0, -1));
    expect(second.layers.at(-1)).not.toBe(first.layers.at(-1));
    expect(second.labels["run.cog.pip_freeze"]).toBe(first.labels["run.cog.pip_freeze"]);
  });

  test("a step that fails names its line of cog.yaml and shows its log", { timeout: 60_000 }, async () => {
    const run = [...BUILD.run, { command: "echo to the log && exit 7", mounts: [] }];
    await expect(build({ project: project({ run }) })).rejects.toMatchObject({
      message: "build.run[1] failed: exit code 7\nto the log",
      place: { file: "cog.yaml", line: 6, column: 7 },
    });
    expect(existsSync(join(directory, ".cog/build"))).toBe(false);
  });

  test("a renamed system package is named with its new name", { timeout: 120_000 }, async () => {
    const failing = build({ project: project({ systemPackages: ["libgl1-mesa-glx-nope", "libgl1-mesa-glx"] }) });
    await expect(failing).rejects.toMatchObject({ message: expect.stringContaining("build.system_packages failed") });
  });

  test("a base image that does not exist is a plain message", { timeout: 60_000 }, async () => {
    await expect(
      build({ project: { ...project(), image: { base: "localhost:1/nothing:here" } } }),
    ).rejects.toMatchObject({
      hint: expect.stringContaining("base image's name"),
    });
  });

  test("a second build in the project waits for the first", { timeout: 60_000 }, async () => {
    await Promise.all([build(), build()]);
    expect(said).toContain("Waiting for another build in this project to finish...");
  });

  test("an aborted build cleans up", { timeout: 60_000 }, async () => {
    const abort = new AbortController();
    const run = [{ command: `sleep 30 # ${process.pid}`, mounts: [] }];
    const building = buildImage(request({ project: project({ run }) }), {
      tool: "docker",
      signal: abort.signal,
      report: { ...reporter, output: (text) => text.includes("sleep 30") && abort.abort() },
    });
    await expect(building).rejects.toThrow();
    expect(existsSync(join(directory, ".cog/build"))).toBe(false);
  });
});

const write = (path: string, text: string) => writeFileSync(join(directory, path), text);

function project(build: Partial<BuildConfig> = {}): Project {
  return {
    directory,
    configFile: join(directory, "cog.yaml"),
    config: {
      build: { ...BUILD, ...build },
      predict: "run.py:Runner",
      concurrency: {},
      environment: ['GREETING=hello "$HOME" \\ there'],
    },
  } as Project;
}

function request(options: Partial<BuildImageRequest>): BuildImageRequest {
  return { project: project(), schema: SCHEMA, cogVersion: "1.2.3", tags: [NAME], labels: { mine: "yes" }, ...options };
}

function build(options: Partial<BuildImageRequest> = {}) {
  return buildImage(request(options), { tool: "docker", signal, report: reporter });
}

async function inspected(): Promise<Image> {
  const image = await inspectImage(NAME, { signal });
  if (image === undefined) throw new Error(`${NAME} is not there`);
  return image;
}

const reporter: Reporter = {
  info: (message) => void said.push(message),
  warn: (message) => void said.push(message),
  debug: () => {},
  output: () => {},
  step: () => ({ update: () => {}, done: () => {}, fail: () => {} }),
};
