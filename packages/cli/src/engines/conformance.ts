/**
 * What every engine must do, as one vitest suite: the same project gives the same answers wherever it runs, and
 * nothing is left behind. Call it inside a `describe`.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Project } from "#project";
import type { Reporter } from "#report";
import type { Context, Engine, Prepared, RunningModel, StartOptions } from "./engine.ts";

export interface Subject {
  readonly engine: Engine;
  /** `MAJOR.MINOR` that the engine finds without downloading an interpreter. */
  readonly pythonVersion: string;
  /** Names of what the engine left running of this project: process ids, container names. */
  readonly leftovers: (project: Project) => readonly string[];
  /** Removes the project's environment. */
  readonly forget: (project: Project) => void;
}

const HELLO = `
import os
from cog import BaseRunner

class Runner(BaseRunner):
    def setup(self):
        if os.environ.get("FAIL_SETUP"):
            raise RuntimeError("no weights here")
        self.greeting = os.environ["GREETING"]

    def run(self, name: str) -> str:
        print("saying it")
        return f"{self.greeting} {name}"
`;

const READY_MS = 60_000;
const PREPARE_MS = 300_000;

export function engineConformance({ engine, pythonVersion, leftovers, forget }: Subject): void {
  let project: Project;
  let prepared: Prepared;
  let output = "";

  beforeAll(async () => {
    project = makeProject(pythonVersion);
    prepared = await engine.prepare({ kind: "project", project }, context());
  }, PREPARE_MS);

  afterAll(() => {
    if (project === undefined) return;
    forget(project);
    rmSync(project.directory, { recursive: true, force: true });
  });

  const start = (options: Partial<StartOptions> = {}): Promise<RunningModel> => {
    output = "";
    return prepared.start(
      {
        mode: "predict",
        env: {},
        serverFlags: [],
        listen: { host: "127.0.0.1", port: 0 },
        onOutput: (text) => {
          output += text;
        },
        ...options,
      },
      context(),
    );
  };
  const exec = (command: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    prepared.exec({ command, env, publish: [] }, context());

  test("is available", async () => {
    expect(await engine.available({ signal: AbortSignal.timeout(5000) })).toEqual({ available: true });
  });

  test("preparing again takes what is there", { timeout: 20_000 }, async () => {
    const startedAt = performance.now();
    await engine.prepare({ kind: "project", project }, context());
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  test("runs setup, answers predictions, stops and leaves nothing", { timeout: READY_MS }, async () => {
    const model = await start({ env: { GREETING: "goodbye" } });
    try {
      await model.ready({ signal: AbortSignal.timeout(READY_MS) });
      expect(await predict(model, { name: "x" })).toMatchObject({ status: "succeeded", output: "goodbye x" });
    } finally {
      await model.stop();
    }
    expect(await model.ended).not.toBe("");
    expect(output).toContain("saying it");
    expect(leftovers(project)).toEqual([]);
    await expect(fetch(model.url)).rejects.toThrow();
  });

  test("cog.yaml's environment reaches setup", { timeout: READY_MS }, async () => {
    const model = await start();
    try {
      await model.ready({ signal: AbortSignal.timeout(READY_MS) });
      expect(await predict(model, { name: "x" })).toMatchObject({ output: "hello there x" });
    } finally {
      await model.stop();
    }
  });

  test("two models at once", { timeout: READY_MS }, async () => {
    const models = await Promise.all([start({ env: { GREETING: "a" } }), start({ env: { GREETING: "b" } })]);
    try {
      await Promise.all(models.map((model) => model.ready({ signal: AbortSignal.timeout(READY_MS) })));
      const answers = await Promise.all(models.map((model) => predict(model, { name: "x" })));
      expect(answers).toMatchObject([{ output: "a x" }, { output: "b x" }]);
    } finally {
      await Promise.all(models.map((model) => model.stop()));
    }
    expect(leftovers(project)).toEqual([]);
  });

  test("a setup that fails is told, with the model's own words in the output", { timeout: READY_MS }, async () => {
    const model = await start({ env: { FAIL_SETUP: "1" } });
    try {
      await expect(model.ready({ signal: AbortSignal.timeout(READY_MS) })).rejects.toThrow(/setup failed/i);
    } finally {
      await model.stop();
    }
    expect(output).toContain("no weights here");
    expect(leftovers(project)).toEqual([]);
  });

  test("stopping twice, and before setup is over", { timeout: READY_MS }, async () => {
    const model = await start();
    await Promise.all([model.stop(), model.stop()]);
    // A server too busy with its start to stop when asked is killed, and its guardian follows.
    await expect.poll(() => leftovers(project), { timeout: 5000 }).toEqual([]);
    await expect(model.ready({ signal: AbortSignal.timeout(5000) })).rejects.toThrow();
  });

  test("a command's exit code is its own", { timeout: 30_000 }, async () => {
    expect(await exec(["python", "-c", "raise SystemExit(3)"])).toBe(3);
    expect(await exec(["python", "-c", "import cog"])).toBe(0);
    expect(await exec(["sh", "-c", "kill -9 $$"])).toBe(137);
    expect(leftovers(project)).toEqual([]);
  });

  test("a command works in the project with the given variables", { timeout: 30_000 }, async () => {
    const script = "import os; open('seen.txt', 'w').write(os.environ['GIVEN'] + ' ' + os.environ['GREETING'])";
    expect(await exec(["python", "-c", script], { GIVEN: "a b" })).toBe(0);
    expect(readFileSync(join(project.directory, "seen.txt"), "utf8")).toBe("a b hello there");
  });

  test("a command that does not exist is 127", { timeout: 30_000 }, async () => {
    expect(await exec(["no-such-command"])).toBe(127);
  });

  test("a command ends when it is aborted", { timeout: 30_000 }, async () => {
    const abort = new AbortController();
    const running = prepared.exec(
      { command: ["python", "-c", "open('up', 'w'); import time; time.sleep(60)"], env: {}, publish: [] },
      context(abort.signal),
    );
    await expect.poll(() => readable(join(project.directory, "up")), { timeout: 15_000 }).toBe(true);
    abort.abort();
    // Whether it rejects or gives the code of the signal, the caller knows why: it aborted.
    await running.catch(() => undefined);
    expect(leftovers(project)).toEqual([]);
  });
}

function makeProject(pythonVersion: string): Project {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "cog conformance-")));
  const configFile = join(directory, "cog.yaml");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "run.py"), HELLO);
  writeFileSync(
    configFile,
    `build:\n  python_version: "${pythonVersion}"\nenvironment:\n  - GREETING=hello there\nrun: run.py:Runner\n`,
  );
  return {
    directory,
    configFile,
    config: {
      build: {
        gpu: false,
        pythonVersion,
        pythonPackages: [],
        systemPackages: [],
        run: [],
        installer: "pip",
      },
      predict: "run.py:Runner",
      concurrency: {},
      environment: ["GREETING=hello there"],
    },
  };
}

async function predict(model: RunningModel, input: Readonly<Record<string, string>>): Promise<unknown> {
  const response = await fetch(`${model.url}/predictions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ input }),
  });
  return response.json();
}

function context(signal: AbortSignal = new AbortController().signal): Context {
  return { signal, report: silent };
}

function readable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

const silent: Reporter = {
  info: () => {},
  warn: () => {},
  debug: () => {},
  output: () => {},
  step: () => ({ update: () => {}, done: () => {}, fail: () => {} }),
};
