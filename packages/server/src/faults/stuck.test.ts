/** Models that do not come back: a cancel they swallow, C code that holds everything up, a setup that hangs. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import type { ModelServer } from "#testing";
import { descriptorsOf, nothing, OBEDIENT, OBEDIENT_SCHEMA, processesWith, serving, until } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };

const SWALLOWS = `
for _ in range(3):
    try: print("go"); time.sleep(0.2)
    except CancelationException: print("no")
`;

/** In C, with Python's lock, so that not even a signal handler can run: waits for a mutex that it holds itself. */
const HOLDS_FOR_A_WHILE = `
print("go")
time.sleep(0.1)
c, mutex = ctypes.PyDLL(None), ctypes.create_string_buffer(64)
c.pthread_mutex_lock(mutex)
c.pthread_mutex_timedlock(mutex, (ctypes.c_long * 2)(int(time.time()) + 5, 0))
time.sleep(60)
`;

/** The same without an end. */
const NEVER_COMES_BACK = `
print("go")
time.sleep(0.1)
mutex = ctypes.create_string_buffer(64)
while True: ctypes.PyDLL(None).pthread_mutex_lock(mutex)
`;

test("a cancel that the model swallows: canceled all the same, and the worker goes on", async () => {
  await serving(model, async (server) => {
    const answer = server.client.predict({ id: "deaf", input: { do: SWALLOWS } });
    await server.logged('"message":"go"');
    const before = processesWith(server.folder).map(({ pid }) => pid);
    expect(await server.client.cancel("deaf")).toBe(true);
    expect(await answer).toMatchObject({ status: "canceled", logs: expect.stringContaining("no\n") });
    expect((await server.client.predict({ input: {} })).output).toBe("done");
    expect(processesWith(server.folder).map(({ pid }) => pid)).toEqual(before);
  });
});

test("C code that holds the interpreter: others hear BUSY at once, and the cancel works when it returns", async () => {
  await serving(model, async (server) => {
    const answer = server.client.predict({ id: "stuck", input: { do: HOLDS_FOR_A_WHILE } });
    await server.logged('"message":"go"');
    await wait(150);
    let ended = false;
    void answer.then(() => (ended = true));
    expect((await server.client.health()).status).toBe("BUSY");
    expect((await server.post("/predictions", { input: {} })).status).toBe(409);
    expect(await server.client.cancel("stuck")).toBe(true);
    // None of them had to wait for the model.
    expect(ended).toBe(false);
    expect(await answer).toMatchObject({ status: "canceled" });
    expect((await server.client.predict({ input: {} })).output).toBe("done");
  });
});

test("COG_CANCEL_GRACE: a model that is still there after it is replaced", async () => {
  await serving({ ...model, env: { COG_CANCEL_GRACE: "0.5" } }, async (server) => {
    await server.client.predict({ input: {} });
    const before = descriptorsOf(server.pid).length;
    for (const id of ["first", "second", "third", "fourth"]) {
      const answer = server.client.predict({ id, input: { do: NEVER_COMES_BACK } });
      await server.logged(`"message":"go","prediction_id":"${id}"`);
      await wait(150);
      const asked = performance.now();
      expect(await server.client.cancel(id)).toBe(true);
      expect(await answer).toMatchObject({ id, status: "canceled" });
      expect(performance.now() - asked).toBeGreaterThan(400);
      expect((await server.client.health()).status).toBe("STARTING");
      // Replacing it was asked for: no failure of the model, however often it happens.
      await until(server, "READY");
    }
    expect((await server.client.predict({ input: {} })).output).toBe("done");
    expect(descriptorsOf(server.pid)).toHaveLength(before);
    // Each guardian knew that only its worker was to end.
    expect(readdirSync(server.temporary)).toHaveLength(1);
  });
});

test("COG_CANCEL_GRACE leaves a model alone that unwinds in time", async () => {
  await serving({ ...model, env: { COG_CANCEL_GRACE: "5" } }, async (server) => {
    const answer = server.client.predict({ id: "quick", input: { do: "print('go')\ntime.sleep(60)" } });
    await server.logged('"message":"go"');
    const before = processesWith(server.folder).map(({ pid }) => pid);
    await server.client.cancel("quick");
    expect(await answer).toMatchObject({ status: "canceled" });
    expect(processesWith(server.folder).map(({ pid }) => pid)).toEqual(before);
  });
});

test("other predictions of a worker that is replaced fail with the reason", async () => {
  const together = `
import asyncio, time
class Model:
    async def run(self, do: str = "") -> str:
        print("go", do)
        if do == "hog":
            await asyncio.sleep(0.3)
            time.sleep(60)
        await asyncio.sleep(60)
        return do
`;
  const env = { COG_MAX_CONCURRENCY: "2", COG_CANCEL_GRACE: "0.5" };
  await serving({ model: together, env }, async (server) => {
    const bystander = server.client.predict({ id: "bystander", input: { do: "waits" } });
    const hog = server.client.predict({ id: "hog", input: { do: "hog" } });
    await Promise.all([server.logged('"message":"go waits"'), server.logged('"message":"go hog"')]);
    await wait(400);
    await server.client.cancel("hog");
    expect(await hog).toMatchObject({ status: "canceled" });
    expect(await bystander).toMatchObject({ status: "failed", error: expect.stringContaining("COG_CANCEL_GRACE") });
    await until(server, "READY");
  });
});

const SETUPS = [
  { name: "sleeps", setup: "time.sleep(600)" },
  { name: "holds the interpreter", setup: "time.sleep(0.1); ctypes.PyDLL(None).sleep(600)" },
  {
    name: "swallows everything",
    setup: "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n        while True: time.sleep(1)",
  },
];

test.each(SETUPS)("a setup that $name is ended after COG_SETUP_TIMEOUT", async ({ setup }) => {
  const slow = OBEDIENT.replace('print("setting up")', `print("setting up", flush=True); ${setup}`);
  await serving({ ...model, model: slow, until: "setup_failed", env: { COG_SETUP_TIMEOUT: "1" } }, async (server) => {
    const health = await server.client.health();
    expect(health).toMatchObject({ status: "SETUP_FAILED", error: "worker setup timed out" });
    expect(health.setup).toMatchObject({ status: "failed", logs: expect.stringContaining("worker setup timed out") });
    expect(health.setup?.logs).toContain("setting up");
    expect((await server.post("/predictions", { input: {} })).status).toBe(503);
    await expect.poll(() => processesWith(server.folder)).toHaveLength(1);
  });
});

const DYING_SETUPS = [
  { name: "os._exit", setup: "os._exit(3)", reason: "exited with code 3" },
  { name: "a null pointer", setup: "ctypes.string_at(0)", reason: "killed by SIGSEGV" },
  { name: "SIGKILL", setup: "os.kill(os.getpid(), signal.SIGKILL)", reason: "killed by SIGKILL" },
  { name: "sys.exit", setup: "sys.exit('enough')", reason: "enough" },
];

test.each(DYING_SETUPS)("a setup that ends by $name", async ({ setup, reason }) => {
  const dying = OBEDIENT.replace('print("setting up")', setup);
  await serving({ ...model, model: dying, until: "setup_failed" }, async (server) => {
    const health = await server.client.health();
    expect(health).toMatchObject({ status: "SETUP_FAILED", error: expect.stringContaining(reason) });
    expect(health.setup?.logs).toContain(reason);
    expect((await server.post("/predictions", { input: {} })).status).toBe(503);
  });
});

const STARTS = [
  { name: "an interpreter that is not there", executable: "/nowhere/python", reason: "ENOENT" },
  { name: "an interpreter that ends at once", executable: "/bin/false", reason: "gone" },
];

test.each(STARTS)("$name: SETUP_FAILED with the reason", async ({ executable, reason }) => {
  const launcher = { python: "3.11.0", executable, sdk: "1.0" };
  await serving({ ...model, launcher, until: "setup_failed" }, async (server) => {
    const health = await server.client.health();
    expect(health).toMatchObject({ status: "SETUP_FAILED", error: expect.stringContaining(reason) });
    expect(health.setup?.logs).toContain(reason);
    expect((await server.post("/predictions", { input: {} })).status).toBe(503);
  });
});

/** Hangs before it is Python, beside a child of its own. */
const SILENT = "#!/bin/sh\nsleep 600 &\nexec sleep 600\n";

async function withSilentWorker(
  env: Readonly<Record<string, string>>,
  use: (server: ModelServer) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cog-silent-"));
  const executable = join(folder, "python");
  writeFileSync(executable, SILENT, { mode: 0o755 });
  const launcher = { python: "3.11.0", executable, sdk: "1.0" };
  await serving({ ...model, launcher, env, until: "listening" }, use);
  rmSync(folder, { recursive: true });
}

test("a worker that never connects is ended after COG_SETUP_TIMEOUT, with what it started", async () => {
  await withSilentWorker({ COG_SETUP_TIMEOUT: "1", COG_WORKERS: "2" }, async (server) => {
    expect(await until(server, "SETUP_FAILED")).toMatchObject({ error: "worker setup timed out" });
    expect((await server.post("/predictions", { input: {} })).status).toBe(503);
    await expect.poll(() => processesWith(server.folder)).toHaveLength(1);
  });
});

test("a server that ends when setup times out leaves no worker that never connected", async () => {
  await withSilentWorker({ COG_SETUP_TIMEOUT: "1", COG_EXIT_ON_SETUP_FAILURE: "1" }, async (server) => {
    expect(await server.exited).toBe(1);
    await nothing("processes", () => processesWith(server.folder));
  });
});

test("SIGTERM while a worker has not connected yet ends everything", async () => {
  await withSilentWorker({}, async (server) => {
    await expect.poll(() => processesWith(server.folder)).toHaveLength(3);
    server.signal("SIGTERM");
    expect(await server.exited).toBe(0);
  });
});

test("a worker that closes its connection and stays is replaced", async () => {
  await serving(model, async (server) => {
    const closing = "print('go')\nos.closerange(3, 4096)\ntime.sleep(600)";
    const answer = await server.client.predict({ input: { do: closing } });
    expect(answer).toMatchObject({ status: "failed", error: expect.stringContaining("Worker crashed") });
    await until(server, "READY");
    expect(readdirSync(server.temporary)).toHaveLength(1);
    expect((await server.client.predict({ input: {} })).output).toBe("done");
  });
});
