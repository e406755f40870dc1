import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type InputField, openApiOf } from "@cog/core/schema";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildImage } from "#build";
import { ping, removeImage, tagsOf } from "#docker";
import type { Project } from "#project";
import type { Context, Prepared, StartOptions } from "../engine.ts";
import { publishArgument } from "../publish.ts";
import { containerEngine } from "./engine.ts";

const dockerEngine = containerEngine("docker");
const signal = new AbortController().signal;
const withDocker = (await ping({ signal })) === "answers";
const NAME = `cog-engine-test-${process.pid}`;
const TEXT: InputField = { name: "text", type: { kind: "string" }, nullable: false, required: true };
const SCHEMA = openApiOf(
  {
    predict: { inputs: [TEXT], output: { kind: "path" }, streaming: false, async: false, concurrency: null },
  },
  { version: "1.0.0" },
);
const MODEL = `
from cog import BaseRunner, Path

class Runner(BaseRunner):
    def run(self, text: str) -> Path:
        Path("out.txt").write_text(text)
        return Path("out.txt")
`;

test.each([
  ["8000", "127.0.0.1:8000:8000"],
  ["0.0.0.0:8000", "0.0.0.0:8000:8000"],
  ["[::1]:8000", "[::1]:8000:8000"],
  ["8001:8000", "127.0.0.1:8001:8000"],
  ["0.0.0.0:8001:8000", "0.0.0.0:8001:8000"],
  ["localhost:8000", "localhost:8000:8000"],
])("-p %s is published as %s", (text, expected) => {
  expect(publishArgument(text)).toBe(expected);
});

test.each(["abc", "0", "65536", "1:2:x", "0:8000", "1:2:3", ""])("-p %s is refused", (text) => {
  expect(() => publishArgument(text)).toThrow(`invalid port "${text}"`);
});

describe.skipIf(!withDocker)(`an image${withDocker ? "" : " (left out: no Docker engine answers here)"}`, () => {
  let directory: string;
  let prepared: Prepared;
  let warnings: string[] = [];

  beforeAll(async () => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), "cog-engine-test-")));
    writeFileSync(join(directory, "run.py"), MODEL);
    writeFileSync(join(directory, "cog.yaml"), "run: run.py:Runner\n");
    await buildImage({ project: project(directory), schema: SCHEMA, cogVersion: "1.0.0", tags: [NAME] }, building());
    prepared = await dockerEngine.prepare({ kind: "image", image: NAME }, context());
  }, 300_000);

  afterAll(async () => {
    rmSync(directory, { recursive: true, force: true });
    await removeImage(NAME);
  });

  const context = (): Context => ({
    signal,
    report: {
      info: () => {},
      warn: (message) => void warnings.push(message),
      debug: () => {},
      output: () => {},
      step: () => ({ update: () => {}, done: () => {}, fail: () => {} }),
    },
  });
  const building = () => ({ ...context(), tool: "docker" as const });
  const options: StartOptions = {
    mode: "predict",
    env: {},
    serverFlags: [],
    listen: { host: "127.0.0.1", port: 0 },
    onOutput: () => {},
  };

  test("carries its schema, and runs without its project", { timeout: 60_000 }, async () => {
    expect(prepared.schema).toEqual(SCHEMA);
    const model = await prepared.start(options, context());
    try {
      await model.ready({ signal: AbortSignal.timeout(30_000) });
      const response = await fetch(`${model.url}/predictions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ input: { text: "hi" } }),
      });
      expect(await response.json()).toMatchObject({ status: "succeeded", output: "data:text/plain;base64,aGk=" });
    } finally {
      await model.stop();
    }
  });

  test("without a Cog label is not a Cog model", async () => {
    const preparing = dockerEngine.prepare({ kind: "image", image: "python:3.11-slim" }, context());
    await expect(preparing).rejects.toThrow("image python:3.11-slim: image is not a Cog model");
  });

  test("that is nowhere is not found", { timeout: 60_000 }, async () => {
    await expect(dockerEngine.prepare({ kind: "image", image: "localhost:1/none" }, context())).rejects.toThrow(
      "localhost:1/none",
    );
  });

  test("a port in use is named", { timeout: 60_000 }, async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      const starting = prepared.start({ ...options, listen: { host: "127.0.0.1", port } }, context());
      await expect(starting).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use`);
    } finally {
      server.close();
    }
  });

  test("asked for GPUs that are not there", { timeout: 60_000 }, async () => {
    await expect(prepared.start({ ...options, gpus: "all" }, context())).rejects.toThrow(
      "Docker is missing required device driver",
    );
  });

  test("of a GPU project falls back to the CPU, and says so", { timeout: 120_000 }, async () => {
    warnings = [];
    const gpu = project(directory);
    const wanted = { ...gpu, config: { ...gpu.config, build: { ...gpu.config.build, gpu: true } } };
    await buildImage(
      { project: { ...wanted, image: { cudaBase: false } }, schema: SCHEMA, cogVersion: "1.0.0", tags: [NAME] },
      building(),
    );
    const model = await (await dockerEngine.prepare({ kind: "image", image: NAME }, context())).start(
      options,
      context(),
    );
    await model.ready({ signal: AbortSignal.timeout(30_000) }).finally(() => model.stop());
    expect(warnings).toContain("Missing device driver, re-trying without GPU");
  });
});

describe.skipIf(!withDocker)("the environment of a project", () => {
  test("as it was four changes ago is there when it is built again", { timeout: 300_000 }, async () => {
    const signal = new AbortController().signal;
    const step = { update: () => {}, done: () => {}, fail: () => {} };
    const report = { info: () => {}, warn: () => {}, debug: () => {}, output: () => {}, step: () => step };
    const directory = realpathSync(mkdtempSync(join(tmpdir(), "cog-engine-test-")));
    const images = `${basename(directory).toLowerCase()}-dev`;
    try {
      const base = project(directory);
      for (const state of ["a", "b", "c", "d", "a"]) {
        const changed = { ...base, config: { ...base.config, environment: [`STATE=${state}`] } };
        const { exec } = await dockerEngine.prepare({ kind: "project", project: changed }, { signal, report });
        const command = ["sh", "-c", `test "$STATE" = ${state}`];
        expect(await exec({ command, env: {}, publish: [] }, { signal, report })).toBe(0);
      }
    } finally {
      for (const tag of await tagsOf(images, { signal })) await removeImage(`${images}:${tag}`);
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

function project(directory: string): Project {
  return {
    directory,
    configFile: join(directory, "cog.yaml"),
    config: {
      build: {
        gpu: false,
        pythonVersion: "3.11",
        pythonPackages: [],
        systemPackages: [],
        run: [],
        installer: "pip",
      },
      predict: "run.py:Runner",
      concurrency: {},
      environment: [],
    },
  } as unknown as Project;
}
