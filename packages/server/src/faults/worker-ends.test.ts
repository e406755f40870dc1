/** The worker ends in the middle of a prediction: the client hears why, and nothing else suffers. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Process } from "#testing";
import { descriptorsOf, type ModelServer, OBEDIENT, OBEDIENT_SCHEMA, processesWith, serving, until } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };

const ENDS = [
  { name: "os._exit", do: "os._exit(7)", reason: "exited with code 7" },
  {
    name: "os._exit, of a child first",
    do: "os.fork() or os._exit(0)\nos._exit(9)",
    reason: "exited with code 9",
  },
  { name: "a null pointer", do: "ctypes.string_at(0)", reason: "killed by SIGSEGV" },
  { name: "abort()", do: "os.abort()", reason: "killed by SIGABRT" },
  {
    name: "SIGTERM of its own",
    do: "os.kill(os.getpid(), signal.SIGTERM)\ntime.sleep(60)",
    reason: "killed by SIGTERM",
  },
];

test.each(ENDS)("$name", async (end) => {
  await serving(model, async (server) => {
    await server.client.predict({ input: {} });
    const before = descriptorsOf(server.pid);
    const answer = await server.client.predict({ input: { do: `print('last words')\ntime.sleep(0.1)\n${end.do}` } });
    expect(answer).toMatchObject({ status: "failed", logs: expect.stringContaining("last words\n") });
    expect(answer.error).toMatch(/^Worker crashed/);
    expect(answer.error).toContain(end.reason);
    await until(server, "READY");
    expect((await server.client.predict({ input: {} })).output).toBe("done");
    expect(descriptorsOf(server.pid)).toHaveLength(before.length);
  });
});

test("SIGKILL from outside, again and again: no descriptor and no process is left", async () => {
  await serving(model, async (server) => {
    const worker = (): Process | undefined =>
      processesWith(server.folder).find(({ pid, parent }) => pid !== server.pid && isProcessOf(parent, server));
    let before: number | undefined;
    for (let round = 0; round < 4; round += 1) {
      // A finished prediction between them: these are not failures in a row.
      await server.client.predict({ input: {} });
      before ??= descriptorsOf(server.pid).length;
      expect(descriptorsOf(server.pid)).toHaveLength(before);
      const answer = server.client.predict({ input: { do: "print('go')\ntime.sleep(60)" }, id: `victim-${round}` });
      await server.logged(`"prediction_id":"victim-${round}"`);
      process.kill(worker()?.pid ?? 0, "SIGKILL");
      expect((await answer).error).toContain("killed by SIGKILL");
      await until(server, "READY");
    }
    expect(processesWith(server.folder)).toHaveLength(3); // Server, guardian, worker.
  });
});

/** The worker is the one whose parent, the guardian, is ours too. */
function isProcessOf(pid: number, server: ModelServer): boolean {
  return pid !== server.pid && processesWith(server.folder).some((one) => one.pid === pid);
}

test("what the model started goes with it", async () => {
  await serving(model, async (server) => {
    await server.client.predict({ input: {} });
    await server.client.predict({ input: { do: "os.spawnlp(os.P_NOWAIT, 'sleep', 'sleep', '600')\nos._exit(1)" } });
    await until(server, "READY");
    await expect.poll(() => processesWith(server.folder).filter(({ command }) => command === "sleep 600")).toEqual([]);
  });
});

test("memory for real: beyond RLIMIT_AS the prediction fails, and the instance survives", async () => {
  const limited = OBEDIENT.replace(
    'print("setting up")',
    "import resource; resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))",
  );
  await serving({ ...model, model: limited }, async (server) => {
    const answer = await server.client.predict({ input: { do: "bytearray(4 << 30)" } });
    expect(answer).toMatchObject({ status: "failed", error: "MemoryError" });
    expect((await server.client.predict({ input: {} })).output).toBe("done");
  });
});

test("a SIGTERM to the whole group ends the server in order, not the prediction", async () => {
  await serving(model, async (server) => {
    const answer = server.client.predict({
      input: { do: "print('go')\nwhile not os.path.exists('go'): time.sleep(0.005)" },
    });
    await server.logged('"message":"go"');
    // The worker is in a session of its own.
    const group = processesWith(server.folder).filter(({ parent }) => !isProcessOf(parent, server));
    for (const { pid } of group) process.kill(pid, "SIGTERM");
    await server.logged("stopping");
    await writeFile(join(server.folder, "go"), "");
    expect(await answer).toMatchObject({ status: "succeeded" });
    expect(await server.exited).toBe(0);
  });
});

test("three deaths in a row, however far apart: DEFUNCT, 503, and the reason in the health check", async () => {
  await serving(model, async (server) => {
    for (let death = 1; death <= 3; death += 1) {
      const answer = await server.client.predict({ input: { do: `os._exit(${death})` } });
      expect(answer.error).toContain(`exited with code ${death}`);
      await until(server, death < 3 ? "READY" : "DEFUNCT");
    }
    const refused = await server.post("/predictions", { input: {} });
    expect(refused.status).toBe(503);
    expect((await server.request("GET", "/livez")).status).toBe(500);
    expect((await server.client.health()).error).toContain("exited with code 3");
    await wait(1200); // Longer than any back-off.
    expect((await server.client.health()).status).toBe("DEFUNCT");
  });
});

test("the second restart in a row waits longer than the first", async () => {
  await serving(model, async (server) => {
    const down: number[] = [];
    for (let death = 1; death <= 2; death += 1) {
      await server.client.predict({ input: { do: "os._exit(1)" } });
      const since = performance.now();
      expect((await server.client.health()).status).toBe("STARTING");
      expect((await server.post("/predictions", { input: {} })).status).toBe(503);
      await until(server, "READY");
      down.push(performance.now() - since);
    }
    expect(down[0]).toBeGreaterThan(80);
    expect(down[1]).toBeGreaterThan(980);
  });
});

test("a restarted worker whose setup fails counts as one of the three, and the error is told", async () => {
  const fragile = OBEDIENT.replace(
    'print("setting up")',
    "n = len(os.listdir('lives')); open(f'lives/{n}', 'w').close()\n        if n > 1: raise RuntimeError('no second life')",
  );
  await serving({ ...model, model: fragile, files: { "lives/.keep": "" } }, async (server) => {
    await server.client.predict({ input: { do: "os._exit(1)" } });
    const { setup } = await until(server, "DEFUNCT");
    expect(setup).toMatchObject({ status: "failed", logs: expect.stringContaining("no second life") });
    expect((await server.post("/predictions", { input: {} })).status).toBe(503);
  });
});

test("of two workers one dies for good: the other serves on, and the sum of slots says so", async () => {
  await serving({ ...model, env: { COG_WORKERS: "2", COG_WORKER_RESTART: "never" } }, async (server) => {
    await expect.poll(async () => (await server.client.health()).concurrency?.max).toBe(2);
    expect((await server.client.predict({ input: { do: "os._exit(1)" } })).error).toContain("Worker crashed");
    for (let index = 0; index < 20; index += 1) {
      expect((await server.client.predict({ input: {} })).output).toBe("done");
    }
    expect(await server.client.health()).toMatchObject({ status: "READY", concurrency: { max: 1 } });
    await server.client.predict({ input: { do: "os._exit(1)" } });
    await until(server, "DEFUNCT");
  });
});

test("of two workers one crashes while the other runs: only its own prediction fails", async () => {
  await serving({ ...model, env: { COG_WORKERS: "2" } }, async (server) => {
    await expect.poll(async () => (await server.client.health()).concurrency?.max).toBe(2);
    const steady = server.client.predict({ input: { do: "print('steady')\ntime.sleep(0.5)" } });
    await server.logged('"message":"steady"');
    expect((await server.client.predict({ input: { do: "os._exit(1)" } })).error).toContain("Worker crashed");
    expect(await steady).toMatchObject({ status: "succeeded" });
    await expect.poll(async () => (await server.client.health()).concurrency?.max).toBe(2);
  });
});
