/** Setup, health states, crashes, restarts, shutdown: what happens to the server around its predictions. */
import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HealthResponse, HealthState } from "@cog/core/wire";
import { expect, test } from "vitest";
import type { ModelOptions } from "#testing";
import { ModelServer, schemaOf } from "#testing";

const SCHEMA = schemaOf({ inputs: [{ name: "do", type: { kind: "string" }, default: "" }] });

/** `do` is Python, run inside run(). */
const OBEDIENT = `
import ctypes, os, signal, sys, time
from cog import BasePredictor

class Model(BasePredictor):
    def setup(self):
        print("setting up")

    def run(self, do: str = "") -> str:
        exec(do)
        return "done"
`;

async function serving<T>(options: ModelOptions, use: (server: ModelServer) => Promise<T>): Promise<T> {
  const server = await ModelServer.start({ schema: SCHEMA, ...options });
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

async function until(server: ModelServer, state: HealthState): Promise<HealthResponse> {
  for (;;) {
    const health = await server.client.health();
    if (health.status === state) return health;
  }
}

/** Processes whose environment or working directory names the server's folder. */
function processesOf(server: ModelServer): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(server.folder);
    } catch {
      return false; // Ended meanwhile, or not ours.
    }
  });
}

test("STARTING before setup has finished; then READY with what setup printed", async () => {
  const model = `
import os, time
class Model:
    def setup(self):
        print("loading weights")
        while not os.path.exists("go"): time.sleep(0.005)
    def run(self) -> str:
        return "x"
`;
  await serving({ model, until: "listening" }, async (server) => {
    const starting = await server.client.health();
    expect(starting).toMatchObject({
      status: "STARTING",
      setup: { status: "starting", started_at: expect.any(String) },
    });
    expect((await server.post("/predictions", { input: {} })).status).toBe(503);
    expect((await server.request("GET", "/openapi.json")).status).toBe(503);
    expect((await server.request("GET", "/startupz")).status).toBe(503);
    await writeFile(join(server.folder, "go"), "");
    await server.notified("ready");
    const ready = await server.client.health();
    expect(ready).toMatchObject({
      status: "READY",
      setup: {
        status: "succeeded",
        completed_at: expect.any(String),
        logs: expect.stringContaining("loading weights\n"),
      },
      version: { coglet: expect.any(String), python: expect.stringMatching(/^3\./), python_sdk: expect.any(String) },
      concurrency: { max: 1, current: 0 },
    });
    expect(await server.client.schema()).toEqual(SCHEMA);
    for (const probe of ["/startupz", "/readyz", "/livez"]) {
      expect((await server.request("GET", probe)).status).toBe(200);
    }
  });
});

const FAILING_SETUPS = [
  {
    name: "setup raises",
    model:
      "class Model:\n  def setup(self):\n    print('half way')\n    raise RuntimeError('no weights')\n  def run(self) -> str: ...",
    logs: ["half way", "no weights", "Traceback"],
  },
  { name: "import fails", model: "import nothing_like_this", logs: ["nothing_like_this"] },
  { name: "no such class", model: "x = 1", logs: ["Model"] },
  {
    name: "worker dies in setup",
    model: "import os\nclass Model:\n  def setup(self): os._exit(3)\n  def run(self) -> str: ...",
    logs: ["exited with code 3"],
  },
];

test.each(FAILING_SETUPS)("SETUP_FAILED when $name, and the server stays", async ({ model, logs }) => {
  await serving({ model, until: "setup_failed" }, async (server) => {
    const { status, setup } = await server.client.health();
    expect(status).toBe("SETUP_FAILED");
    expect(setup).toMatchObject({ status: "failed", completed_at: expect.any(String) });
    for (const text of logs) expect(setup?.logs).toContain(text);
    expect((await server.post("/predictions", { input: {} })).status).toBe(503);
    expect((await server.request("GET", "/livez")).status).toBe(200);
    await server.client.shutdown();
    expect(await server.exited).toBe(0);
  });
});

test("a setup that takes too long fails", async () => {
  const model = "import time\nclass Model:\n  def setup(self): time.sleep(60)\n  def run(self) -> str: ...";
  await serving({ model, until: "setup_failed", env: { COG_SETUP_TIMEOUT: "1" } }, async (server) => {
    expect((await server.client.health()).setup?.logs).toContain("worker setup timed out");
  });
});

const DEATHS = [
  { name: "exit", do: "os._exit(7)", reason: "exited with code 7" },
  { name: "signal", do: "os.kill(os.getpid(), signal.SIGKILL)", reason: "killed by SIGKILL" },
  { name: "segmentation fault", do: "ctypes.string_at(0)", reason: "SIGSEGV" },
];

test("a crash fails its prediction with the reason, and the worker comes back", async () => {
  await serving({ model: OBEDIENT }, async (server) => {
    for (const death of DEATHS) {
      // A finished prediction between them: these are not failures in a row.
      expect(await server.client.predict({ input: {} })).toMatchObject({ status: "succeeded" });
      const answer = await server.client.predict({ input: { do: `print('last words')\n${death.do}` } });
      expect(answer).toMatchObject({ status: "failed", error: expect.stringContaining("Worker crashed") });
      expect(answer.error).toContain(death.reason);
      await until(server, "READY");
    }
  });
});

test("while it restarts the answer is 503, never 409; after three failures in a row it is DEFUNCT", async () => {
  await serving({ model: OBEDIENT }, async (server) => {
    const crash = () => server.client.predict({ input: { do: "os._exit(1)" } });
    await crash();
    const refused = await server.post("/predictions", { input: {} });
    expect(refused.status).toBe(503);
    expect((await server.request("GET", "/startupz")).status).toBe(200);
    await until(server, "READY");
    await crash();
    await until(server, "READY");
    await crash();
    await until(server, "DEFUNCT");
    expect((await server.post("/predictions", { input: {} })).status).toBe(503);
    expect((await server.request("GET", "/livez")).status).toBe(500);
  });
});

test("COG_WORKER_RESTART=never leaves a dead worker dead", async () => {
  await serving({ model: OBEDIENT, env: { COG_WORKER_RESTART: "never" } }, async (server) => {
    await server.client.predict({ input: { do: "os._exit(1)" } });
    expect((await server.client.health()).status).toBe("DEFUNCT");
  });
});

test("several workers: one dies, the others go on", async () => {
  await serving({ model: OBEDIENT, env: { COG_WORKERS: "2" } }, async (server) => {
    for (;;) if ((await server.client.health()).concurrency?.max === 2) break;
    const crash = await server.client.predict({ input: { do: "os._exit(1)" } });
    expect(crash.error).toContain("Worker crashed");
    expect(await server.client.predict({ input: {} })).toMatchObject({ output: "done" });
  });
});

const HEALTHCHECKS = [
  { name: "False", body: "return False", error: "Healthcheck failed: user-defined healthcheck returned False" },
  {
    name: "an exception",
    body: "raise RuntimeError('sick as a dog')",
    error: "Healthcheck failed: RuntimeError: sick as a dog",
  },
  { name: "True", body: "return True", error: undefined },
];

test.each(HEALTHCHECKS)("healthcheck() giving $name", async ({ body, error }) => {
  const model = `class Model:\n  def run(self) -> str: return "x"\n  def healthcheck(self) -> bool:\n    ${body}`;
  await serving({ model }, async (server) => {
    const health = await server.client.health();
    expect(health.status).toBe(error === undefined ? "READY" : "UNHEALTHY");
    expect(health.user_healthcheck_error).toBe(error);
    expect((await server.client.predict({ input: {} })).output).toBe("x");
    expect((await server.request("GET", "/readyz")).status).toBe(error === undefined ? 200 : 503);
  });
});

test("the hook also runs while a prediction does", async () => {
  const model = `
import os, time
class Model:
    def run(self) -> str:
        print("running")
        while not os.path.exists("asked"): time.sleep(0.005)
        return "x"
    def healthcheck(self) -> bool:
        open("asked", "w").close()
        return True
`;
  await serving({ model }, async (server) => {
    const answer = server.client.predict({ input: {} });
    await server.logged("running");
    expect((await server.client.health()).user_healthcheck_error).toBeUndefined();
    expect((await answer).output).toBe("x");
  });
});

const STOPS = [
  { name: "POST /shutdown", stop: (server: ModelServer) => server.client.shutdown(), code: 0 },
  { name: "SIGTERM", stop: (server: ModelServer) => server.signal("SIGTERM"), code: 0 },
  { name: "SIGINT", stop: (server: ModelServer) => server.signal("SIGINT"), code: 130 },
];

test.each(STOPS)("$name lets a running prediction finish and leaves nothing behind", async ({ stop, code }) => {
  await serving({ model: OBEDIENT }, async (server) => {
    const patient = "print('go')\nwhile not os.path.exists('go'): time.sleep(0.005)";
    const answer = server.client.predict({ input: { do: patient } });
    await server.logged('"message":"go"');
    await stop(server);
    await server.logged("stopping");
    await expect(fetch(server.url)).rejects.toThrow();
    await writeFile(join(server.folder, "go"), "");
    expect(await answer).toMatchObject({ status: "succeeded" });
    expect(await server.exited).toBe(code);
    expect(processesOf(server)).toEqual([]);
    const [temporary = ""] = readdirSync(server.folder).filter((name) => name.startsWith("tmp-"));
    expect(readdirSync(join(server.folder, temporary))).toEqual([]);
  });
});

test("SIGTERM during setup ends it at once", async () => {
  const model =
    "import time\nclass Model:\n  def setup(self):\n    print('slow')\n    time.sleep(60)\n  def run(self) -> str: ...";
  await serving({ model, until: "listening" }, async (server) => {
    await server.logged("slow");
    server.signal("SIGTERM");
    expect(await server.exited).toBe(0);
    expect(processesOf(server)).toEqual([]);
  });
});

test("--await-explicit-shutdown ignores SIGTERM", async () => {
  await serving({ model: OBEDIENT, args: ["--await-explicit-shutdown", "true"] }, async (server) => {
    server.signal("SIGTERM");
    expect((await server.client.predict({ input: {} })).output).toBe("done");
    await server.client.shutdown();
    expect(await server.exited).toBe(0);
  });
});

test("kill -9 of the server takes the model with it", async () => {
  await serving({ model: OBEDIENT }, async (server) => {
    server.signal("SIGKILL");
    await server.exited;
    while (processesOf(server).length > 0) await new Promise(setImmediate);
  });
});

test("output of C code and child processes belongs to the prediction", async () => {
  await serving({ model: OBEDIENT }, async (server) => {
    const answer = await server.client.predict({ input: { do: "os.system('echo from a child')" } });
    expect(answer.logs).toBe("from a child\n");
  });
});

test("a model that needs more than one slot has to be async", async () => {
  await serving({ model: OBEDIENT, env: { COG_MAX_CONCURRENCY: "2" }, until: "setup_failed" }, async (server) => {
    const { setup } = await server.client.health();
    expect(setup?.logs).toContain("COG_MAX_CONCURRENCY > 1 requires an async run() or predict() method");
  });
});

test("64 clients on 64 slots: everybody is served, logs stay apart", async () => {
  const model = `
import asyncio
class Model:
    async def run(self, do: str = "") -> str:
        print("start", do)
        await asyncio.sleep(0.001)
        print("end", do)
        return do
`;
  await serving({ model, env: { COG_MAX_CONCURRENCY: "64" } }, async (server) => {
    const client = async (name: string): Promise<void> => {
      for (let round = 0; round < 10; round += 1) {
        const text = `${name}.${round}`;
        const answer = await server.client.predict({ input: { do: text } });
        expect(answer).toMatchObject({ output: text, logs: `start ${text}\nend ${text}\n` });
      }
    };
    await Promise.all(Array.from({ length: 64 }, (_, index) => client(String(index))));
  });
});

test("an async prediction can be canceled", async () => {
  const model = `
import asyncio
class Model:
    async def run(self, do: str = "") -> str:
        print("go")
        try:
            await asyncio.sleep(60)
        finally:
            print("cleaned up")
`;
  await serving({ model, env: { COG_MAX_CONCURRENCY: "2" } }, async (server) => {
    const answer = server.client.predict({ id: "a", input: {} });
    await server.logged('"message":"go"');
    expect(await server.client.cancel("a")).toBe(true);
    expect(await answer).toMatchObject({ status: "canceled", logs: "go\ncleaned up\n" });
  });
});
