/** Who is served when there are more requests than slots. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ModelServer, OBEDIENT, OBEDIENT_SCHEMA, Receiver, serving } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };
const UNTIL_GO = "print('go')\nwhile not os.path.exists('go'): time.sleep(0.005)";

/** Occupies the one slot until `open` is called. */
async function occupied(server: ModelServer): Promise<{ open: () => Promise<void>; ended: Promise<unknown> }> {
  const ended = server.client.predict({ id: "first", input: { do: UNTIL_GO } });
  await server.logged('"message":"go"');
  return { open: () => writeFile(join(server.folder, "go"), ""), ended };
}

async function waiting(server: ModelServer, count: number): Promise<void> {
  await expect.poll(async () => (await server.client.health()).concurrency?.waiting).toBe(count);
}

test("without a queue, of eight at once one is served and seven get 409", async () => {
  await serving(model, async (server) => {
    const send = (): Promise<Response> => server.post("/predictions", { input: { do: "time.sleep(0.3)" } });
    const answers = await Promise.all(Array.from({ length: 8 }, send));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.headers.get("retry-after")).toBe("1");
    expect(await refused?.json()).toEqual({ error: "At capacity - all prediction slots busy", status: "failed" });
  });
});

test("first come, first served, whatever the mode; the bound is exact", async () => {
  await serving({ ...model, env: { COG_QUEUE_MAX: "12" } }, async (server) => {
    const { open, ended } = await occupied(server);
    const order: string[] = [];
    const sent: Promise<unknown>[] = [ended];
    for (let index = 0; index < 12; index += 1) {
      const request = { id: `q${index}`, input: { do: `print('served q${index}')` } };
      if (index % 3 === 0) await server.client.start(request);
      else sent.push(server.client.predict(request).then(({ id }) => order.push(id)));
      await waiting(server, index + 1);
    }
    expect((await server.post("/predictions", { input: {} })).status).toBe(409);
    // Invalid input is told before that the server is full.
    expect((await server.post("/predictions", { input: { do: 1 } })).status).toBe(422);
    await open();
    await Promise.all(sent);
    await server.logged("served q11");
    const served = [...server.log.matchAll(/"message":"served (q\d+)"/g)].map(([, id]) => id);
    expect(served).toEqual(Array.from({ length: 12 }, (_, index) => `q${index}`));
    expect(order).toEqual(order.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1))));
  });
});

test("who is canceled or goes away leaves the queue, and is never run", async () => {
  await serving({ ...model, env: { COG_QUEUE_MAX: "4" } }, async (server) => {
    const receiver = await Receiver.start();
    const { open, ended } = await occupied(server);
    const input = { do: "print('ran')" };
    const leaving = new AbortController();
    const gone = server.client.predict({ id: "gone", input }, { signal: leaving.signal }).catch(() => undefined);
    await waiting(server, 1);
    const canceled = server.client.predict({ id: "canceled", input, webhook: receiver.url });
    await waiting(server, 2);
    leaving.abort();
    await gone;
    expect(await server.client.cancel("canceled")).toBe(true);
    expect(await canceled).toMatchObject({ status: "canceled", logs: "" });
    await waiting(server, 0);
    await receiver.until((all) => all.length > 0);
    expect(receiver.received.map(({ body }) => JSON.parse(body).status)).toEqual(["canceled"]);
    await open();
    await ended;
    expect((await server.client.predict({ input: {} })).status).toBe("succeeded");
    expect(server.log).not.toContain('"message":"ran"');
    receiver.close();
  });
});

test("the time in the queue is not part of predict_time", async () => {
  await serving({ ...model, env: { COG_QUEUE_MAX: "1" } }, async (server) => {
    const { open, ended } = await occupied(server);
    const second = server.client.predict({ input: {} });
    await waiting(server, 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await open();
    await ended;
    expect(Number((await second).metrics?.["predict_time"])).toBeLessThan(0.25);
  });
});

test("waiters survive a crash of the worker, and are failed when it is given up", async () => {
  await serving({ ...model, env: { COG_QUEUE_MAX: "4" } }, async (server) => {
    const { open, ended } = await occupied(server);
    const patient = server.client.predict({ input: { do: "print('patient')" } });
    await waiting(server, 1);
    const crash = server.client.predict({ id: "crash", input: { do: "os._exit(1)" } });
    await waiting(server, 2);
    await open();
    await ended;
    expect((await patient).status).toBe("succeeded");
    expect((await crash).error).toContain("Worker crashed");
  });
  await serving({ ...model, env: { COG_QUEUE_MAX: "4", COG_WORKER_RESTART: "never" } }, async (server) => {
    const dying = server.client.predict({ input: { do: `${UNTIL_GO}\nos._exit(1)` } });
    await server.logged('"message":"go"');
    const waiter = server.client.predict({ input: {} });
    await waiting(server, 1);
    await writeFile(join(server.folder, "go"), "");
    expect((await dying).error).toContain("Worker crashed");
    expect(await waiter).toMatchObject({ status: "failed", error: expect.stringContaining("Worker crashed") });
  });
});

const ASYNC = `
import asyncio, cog
class Model:
    DECORATOR
    async def run(self) -> str:
        await asyncio.sleep(0)
        return "x"
`;

const PRECEDENCE = [
  { name: "nothing", decorator: "pass", env: {}, expected: 1 },
  { name: "the decorator alone", decorator: "@cog.concurrent(max=5)", env: {}, expected: 5 },
  { name: "the environment", decorator: "pass", env: { COG_MAX_CONCURRENCY: "3" }, expected: 3 },
  { name: "both", decorator: "@cog.concurrent(max=5)", env: { COG_MAX_CONCURRENCY: "2" }, expected: 2 },
  { name: "nonsense", decorator: "pass", env: { COG_MAX_CONCURRENCY: "many" }, expected: 1 },
  { name: "workers times slots", decorator: "pass", env: { COG_MAX_CONCURRENCY: "3", COG_WORKERS: "2" }, expected: 6 },
];

test.each(PRECEDENCE)("slots by $name: $expected", async ({ decorator, env, expected }) => {
  await serving({ model: ASYNC.replace("DECORATOR", decorator), env }, async (server) => {
    await expect.poll(async () => (await server.client.health()).concurrency?.max).toBe(expected);
  });
});
