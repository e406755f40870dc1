/** Who is served when there are more requests than slots. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ModelServer, OBEDIENT, OBEDIENT_SCHEMA, Receiver, schemaOf, serving } from "#testing";

const STREAMING = schemaOf({ streaming: true, inputs: [{ name: "do", type: { kind: "string" }, default: "" }] });
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
    let answered = 0;
    const sent = Array.from({ length: 8 }, () => server.post("/predictions", { input: { do: UNTIL_GO } }));
    for (const one of sent) void one.then(() => (answered += 1));
    await expect.poll(() => answered).toBe(7);
    await writeFile(join(server.folder, "go"), "");
    const answers = await Promise.all(sent);
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

test("a waiter is told its place, which moves up when somebody before it leaves", async () => {
  await serving({ ...model, env: { COG_QUEUE_MAX: "4" } }, async (server) => {
    const { open, ended } = await occupied(server);
    const submit = (id: string): Promise<Response> =>
      server.request("PUT", `/predictions/${id}`, { body: { input: {} }, headers: { Prefer: "respond-async" } });
    const place = async (id: string): Promise<unknown> => (await server.client.look(id))?.queue_position;
    for (const [index, id] of ["a", "b", "c"].entries()) {
      const answer = await submit(id);
      expect(answer.headers.get("x-queue-position")).toBe(String(index + 1));
      expect(await answer.json()).toEqual({ id, status: "starting" });
    }
    expect([await place("first"), await place("a"), await place("c")]).toEqual([undefined, 1, 3]);
    await server.client.cancel("a");
    expect(await server.client.look("a")).not.toHaveProperty("queue_position");
    expect([await place("b"), await place("c")]).toEqual([1, 2]);
    const again = await submit("c");
    expect(again.status).toBe(202);
    expect(again.headers.get("x-queue-position")).toBe("2");
    expect(await again.json()).toMatchObject({ status: "starting", queue_position: 2 });
    await open();
    await ended;
    await expect.poll(async () => (await server.client.look("c"))?.status).toBe("succeeded");
    expect(await place("c")).toBeUndefined();
    const running = await submit("d");
    expect(running.headers.has("x-queue-position")).toBe(false);
    await expect.poll(async () => (await server.client.look("d"))?.status).toBe("succeeded");
  });
});

test("who waits longer than COG_QUEUE_TIMEOUT is turned away, in the form of its mode", async () => {
  const receiver = await Receiver.start();
  const env = { COG_QUEUE_MAX: "4", COG_QUEUE_TIMEOUT: "0.3" };
  await serving({ ...model, schema: STREAMING, env }, async (server) => {
    const { open, ended } = await occupied(server);
    const error = "At capacity - waited 0.3 s for a prediction slot";
    const input = { do: "print('ran')" };
    await server.client.start({ id: "async", input, webhook: receiver.url });
    const streamed = server.post("/predictions", { id: "stream", input }, { Accept: "text/event-stream" });
    const sync = await server.post("/predictions", { id: "sync", input });
    expect(sync.status).toBe(409);
    expect(sync.headers.get("retry-after")).toBe("1");
    expect(await sync.json()).toEqual({ error, status: "failed" });
    const events = await (await streamed).text();
    expect(events.match(/^event: .*/gm)).toEqual(["event: completed"]);
    expect(events).toContain(error);
    await receiver.until((all) => all.length > 0);
    const bodies = receiver.received.map(({ body }) => JSON.parse(body));
    expect(bodies).toMatchObject([{ id: "async", status: "failed", error, metrics: { predict_time: 0 } }]);
    expect(await server.client.look("async")).toMatchObject({ status: "failed", error });
    await waiting(server, 0);
    await open();
    // The one that runs may take as long as it likes.
    expect(await ended).toMatchObject({ status: "succeeded" });
    expect(server.log).not.toContain('"message":"ran"');
  });
  receiver.close();
});

test("a stream that waits begins when it runs", async () => {
  await serving({ ...model, schema: STREAMING, env: { COG_QUEUE_MAX: "1" } }, async (server) => {
    const { open, ended } = await occupied(server);
    const response = await server.post("/predictions", { id: "s", input: {} }, { Accept: "text/event-stream" });
    await waiting(server, 1);
    let text = "";
    const read = (async () => {
      for await (const bytes of response.body ?? []) text += Buffer.from(bytes).toString();
    })();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(text).toBe("");
    await open();
    await ended;
    await read;
    expect(text).toMatch(/^event: start\n/);
  });
});

test("the time in the queue is not part of predict_time", async () => {
  await serving({ ...model, env: { COG_QUEUE_MAX: "1" } }, async (server) => {
    const { open, ended } = await occupied(server);
    const second = server.client.predict({ input: {} });
    await waiting(server, 1);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await open();
    await ended;
    expect(Number((await second).metrics?.["predict_time"])).toBeLessThan(1.25);
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
