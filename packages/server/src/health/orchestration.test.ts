/** What those see who run the server for others: probes, files, exit codes, drains. */
import { expect, test } from "vitest";
import { ModelServer, OBEDIENT, OBEDIENT_SCHEMA, Receiver, serving } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };

test("COG_DRAIN_DELAY: not ready at once, reachable for a while, then gone", async () => {
  await serving({ ...model, env: { COG_DRAIN_DELAY: "0.5" } }, async (server) => {
    const running = server.client.predict({ input: { do: "print('go')\ntime.sleep(0.3)" } });
    await server.logged('"message":"go"');
    const asked = performance.now();
    server.signal("SIGTERM");
    await server.logged("stopping");
    expect((await server.request("GET", "/readyz")).status).toBe(503);
    expect((await server.request("GET", "/livez")).status).toBe(200);
    const refused = await server.post("/predictions", { input: {} });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toEqual({ detail: "draining" });
    expect(await running).toMatchObject({ status: "succeeded" });
    expect(await server.exited).toBe(0);
    expect(performance.now() - asked).toBeGreaterThan(490);
  });
});

test("COG_DRAIN_TIMEOUT: a waiting client is told that its prediction was canceled", async () => {
  const receiver = await Receiver.start();
  await serving({ ...model, env: { COG_DRAIN_TIMEOUT: "0.3" } }, async (server) => {
    const running = server.client.predict({ input: { do: "print('go')\ntime.sleep(60)" }, webhook: receiver.url });
    await server.logged('"message":"go"');
    const asked = performance.now();
    server.signal("SIGTERM");
    expect(await running).toMatchObject({ status: "canceled", logs: "go\n" });
    expect(await server.exited).toBe(0);
    expect(performance.now() - asked).toBeLessThan(5000);
    expect(JSON.parse(receiver.received.at(-1)?.body ?? "")).toMatchObject({ status: "canceled" });
  });
  receiver.close();
});

const FAILING = "class Model:\n  def setup(self): raise RuntimeError('no weights')\n  def run(self) -> str: ...";

test("COG_EXIT_ON_SETUP_FAILURE: the server ends with code 1, and says why", async () => {
  const env = { COG_EXIT_ON_SETUP_FAILURE: "1" };
  const server = await ModelServer.start({ model: FAILING, env, until: "setup_failed" });
  expect(await server.exited).toBe(1);
  expect(server.log).toContain("no weights");
  await server.close();
});

test("COG_PROBE_PREFIX moves the probes; COG_READY_WHEN_BUSY=false takes a busy server out", async () => {
  const env = { COG_PROBE_PREFIX: "/probes/", COG_READY_WHEN_BUSY: "false" };
  await serving({ ...model, env }, async (server) => {
    const status = async (path: string): Promise<number> => (await server.request("GET", path)).status;
    expect([await status("/readyz"), await status("/probes/readyz")]).toEqual([404, 200]);
    await server.client.start({ id: "busy", input: { do: "print('go')\ntime.sleep(60)" } });
    await server.logged('"message":"go"');
    expect([await status("/probes/readyz"), await status("/probes/livez")]).toEqual([503, 200]);
    await server.client.cancel("busy");
    await expect.poll(() => status("/probes/readyz")).toBe(200);
  });
});

const DEVICES = `output = os.environ.get("CUDA_VISIBLE_DEVICES")\ntime.sleep(0.5)`;

test.each([
  { visible: "4,7", seen: ["4", "7"] },
  { visible: "GPU-a", seen: ["GPU-a", "GPU-a"] },
])("two workers share out the devices $visible", async ({ visible, seen }) => {
  const env = { COG_WORKERS: "2", CUDA_VISIBLE_DEVICES: visible };
  await serving({ ...model, env }, async (server) => {
    await expect.poll(async () => (await server.client.health()).concurrency?.max).toBe(2);
    const both = [1, 2].map(() => server.client.predict({ input: { do: DEVICES } }));
    expect((await Promise.all(both)).map(({ output }) => output).toSorted()).toEqual(seen);
  });
});

test("a worker that is started again keeps its device", async () => {
  const env = { COG_WORKERS: "2", CUDA_VISIBLE_DEVICES: "4,7" };
  await serving({ ...model, env }, async (server) => {
    const whole = (): Promise<void> => expect.poll(async () => (await server.client.health()).concurrency?.max).toBe(2);
    await whole();
    await server.client.predict({ input: { do: "os._exit(1)" } });
    await whole();
    const both = [1, 2].map(() => server.client.predict({ input: { do: DEVICES } }));
    expect((await Promise.all(both)).map(({ output }) => output).toSorted()).toEqual(["4", "7"]);
  });
});

test("one worker sees all devices", async () => {
  await serving({ ...model, env: { CUDA_VISIBLE_DEVICES: "4,7" } }, async (server) => {
    expect((await server.client.predict({ input: { do: DEVICES } })).output).toBe("4,7");
  });
});
