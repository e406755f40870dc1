/** The HTTP API in front of a queue: a real Redis, a real worker, and gateways that know nothing of each other. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HealthResponse, PredictionResponse, StreamEvent } from "@cog/core/wire";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshQueue, ModelServer, Producer, REDIS_URL, schemaOf, startWorker, until, withoutRedis } from "#testing";

const MODEL = `
import os, time
from cog import BasePredictor, current_scope

class Model(BasePredictor):
    def predict(self, n: int = 3, seed: int = 0, wait: str = "", fail: bool = False):
        with open("runs", "a") as runs:
            runs.write(f"{n}\\n")
        print("begun")
        current_scope().record_metric("seed", seed)
        for index in range(n):
            yield index
        while wait and not os.path.exists(wait):
            time.sleep(0.01)
        if fail:
            raise ValueError("as told")
`;
const SCHEMA = schemaOf({
  streaming: true,
  inputs: [
    { name: "n", type: { kind: "integer" }, default: 3 },
    { name: "seed", type: { kind: "integer" }, default: 0 },
    { name: "wait", type: { kind: "string" }, default: "" },
    { name: "fail", type: { kind: "boolean" }, default: false },
  ],
  output: { kind: "iterator", items: { kind: "integer" }, concatenate: false },
});

const POLL = { timeout: 60_000 };
const EVENTS = { Accept: "text/event-stream" };
const ASYNC = { Prefer: "respond-async" };

function startGateway(queue: string, env: Readonly<Record<string, string>> = {}): Promise<ModelServer> {
  return ModelServer.start({
    model: "",
    entry: "gateway",
    args: ["--redis-url", REDIS_URL, "--queue", queue],
    env: { COG_DRAIN_TIMEOUT: "0", ...env },
    until: "listening",
  });
}

async function all(events: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const found: StreamEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}

async function health(gateway: ModelServer): Promise<HealthResponse & { queue: { workers?: { name: string }[] } }> {
  return (await gateway.request("GET", "/health-check")).json() as never;
}

async function statusOf(gateway: ModelServer, id: string): Promise<string | undefined> {
  return (await gateway.client.look(id))?.status;
}

describe.skipIf(withoutRedis !== "")(`a gateway${withoutRedis}`, () => {
  const queue = freshQueue();
  const producer = new Producer(queue);
  let worker: ModelServer;
  let gateway: ModelServer;
  let other: ModelServer;

  beforeAll(async () => {
    [worker, gateway, other] = await Promise.all([
      startWorker([queue], { model: MODEL, schema: SCHEMA }),
      startGateway(queue),
      startGateway(queue),
    ]);
    await until(gateway, "READY");
  });

  afterAll(async () => {
    await Promise.all([worker?.close(), gateway?.close(), other?.close()]);
    await producer.close();
  });

  /** Lets predictions with this input end. */
  const release = (wait: string): void => writeFileSync(join(worker.folder, wait), "");

  test("answers as a server of the model does", async () => {
    const input = { n: 2, seed: 12345678901234567890n };
    const response = await gateway.post("/predictions", '{"input": {"n": 2, "seed": 12345678901234567890}}');
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toContain(`"seed":${input.seed}`);
    expect(JSON.parse(text)).toMatchObject({
      status: "succeeded",
      output: [0, 1],
      logs: "begun\n",
      metrics: { predict_time: expect.any(Number) },
      completed_at: expect.any(String),
    });
  });

  test("a prediction that fails is answered without the items before", async () => {
    const answer = await gateway.client.predict({ input: { fail: true } });
    expect(answer).toMatchObject({ status: "failed", error: "as told", logs: expect.stringContaining("begun") });
    expect(answer).not.toHaveProperty("output");
  });

  test("inputs are checked against what the workers publish, before they wait", async () => {
    const wrong = await gateway.post("/predictions", { input: { n: "three" } });
    expect(wrong.status).toBe(422);
    expect(await wrong.json()).toMatchObject({ detail: [{ loc: ["body", "input", "n"] }] });
    expect(await (await gateway.request("GET", "/openapi.json")).json()).toMatchObject({ openapi: expect.any(String) });
  });

  test("an id is run once, whichever gateway is asked, and has its result afterwards", async () => {
    const before = readFileSync(join(worker.folder, "runs"), "utf8").length;
    const body = { input: { n: 1, wait: "once" } };
    const first = await gateway.request("PUT", "/predictions/once", { body, headers: ASYNC });
    expect([first.status, await first.json()]).toEqual([202, { id: "once", status: "starting" }]);
    const again = await other.request("PUT", "/predictions/once", { body });
    expect([again.status, await again.json()]).toMatchObject([202, { id: "once" }]);
    expect((await other.post("/predictions", { id: "once", ...body })).status).toBe(409);
    release("once");
    await expect.poll(() => statusOf(gateway, "once"), POLL).toBe("succeeded");
    const later = await other.request("PUT", "/predictions/once", { body: { input: { n: 9 } } });
    expect([later.status, await later.json()]).toMatchObject([200, { id: "once", output: [0] }]);
    await other.logged("An id was used again for another input");
    expect(readFileSync(join(worker.folder, "runs"), "utf8").slice(before)).toBe("1\n");
  });

  test("who comes back to a stream, at any gateway, sees it from the start", async () => {
    const stream = all(gateway.client.stream({ id: "stream", input: { wait: "streamed" } }));
    await expect.poll(() => statusOf(gateway, "stream"), POLL).toBe("processing");
    const attach = (at: ModelServer) => at.request("PUT", "/predictions/stream", { headers: EVENTS });
    const [here, there] = await Promise.all([attach(gateway), attach(other)]);
    expect(here.headers.get("x-accel-buffering")).toBe("no");
    release("streamed");
    const names = ["start", "log", "metric", "output", "output", "output", "completed"];
    expect((await stream).map(({ event }) => event)).toEqual(names);
    const [hereText, thereText] = await Promise.all([here.text(), there.text()]);
    expect([...hereText.matchAll(/^event: (.*)$/gm)].map(([, name]) => name)).toEqual(names);
    expect(thereText).toBe(hereText);
    const late = await attach(other);
    expect(await late.text()).toBe(hereText);
  });

  test("a model that is quicker than its readers loses no output, though Redis forgets events", async () => {
    const n = 5000;
    const events = await all(gateway.client.stream({ input: { n } }));
    const outputs = events.filter((event) => event.event === "output");
    expect(outputs.map(({ data }) => data.chunk)).toEqual(Array.from({ length: n }, (_, index) => index));
    expect(events.at(-1)).toMatchObject({ event: "completed", data: { status: "succeeded" } });
  });

  test("a client that does not wait for its answer ends its prediction", async () => {
    const abort = new AbortController();
    const body = { id: "left", input: { wait: "never" } };
    const request = gateway.request("POST", "/predictions", { body, signal: abort.signal });
    request.catch(() => undefined);
    await expect.poll(() => statusOf(other, "left"), POLL).toBe("processing");
    abort.abort();
    await expect.poll(() => statusOf(other, "left"), POLL).toBe("canceled");
  });

  test("so does the last one to watch a stream that was made for it; not one that asked for no answer", async () => {
    const abort = new AbortController();
    const body = { id: "watched", input: { wait: "never" } };
    await gateway.request("POST", "/predictions", { body, headers: EVENTS, signal: abort.signal });
    await expect.poll(() => statusOf(other, "watched"), POLL).toBe("processing");
    abort.abort();
    await expect.poll(() => statusOf(other, "watched"), POLL).toBe("canceled");

    await gateway.client.start({ id: "unwatched", input: { wait: "unwatched" } });
    const glance = new AbortController();
    await gateway.request("PUT", "/predictions/unwatched", { headers: EVENTS, signal: glance.signal });
    glance.abort();
    await expect.poll(() => statusOf(other, "unwatched"), POLL).toBe("processing");
    release("unwatched");
    await expect.poll(() => statusOf(other, "unwatched"), POLL).toBe("succeeded");
  });

  test("a cancel reaches the prediction through any gateway", async () => {
    const answer = gateway.client.predict({ id: "canceled", input: { wait: "never" } });
    await expect.poll(() => statusOf(other, "canceled"), POLL).toBe("processing");
    expect(await other.client.cancel("canceled")).toBe(true);
    expect(await answer).toMatchObject({ id: "canceled", status: "canceled" });
    expect(await other.client.cancel("canceled")).toBe(false);
  });

  test("when too many wait, the next is told to come again", async () => {
    const strict = await startGateway(queue, { COG_QUEUE_LAG_MAX: "0" });
    try {
      const start = async (id: string): Promise<Response> =>
        strict.request("PUT", `/predictions/${id}`, { body: { input: { wait: "full" } }, headers: ASYNC });
      await start("runs");
      await expect.poll(() => statusOf(strict, "runs"), POLL).toBe("processing");
      expect((await start("waits")).status).toBe(202);
      const refused = await start("refused");
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
      expect(await strict.client.look("refused")).toBeUndefined();
      await until(strict, "BUSY");
      expect(await health(strict)).toMatchObject({ concurrency: { max: 1, current: 1, waiting: 1 } });
      await gateway.client.start({ id: "dropped", input: { wait: "never" } });
      expect(await other.client.cancel("dropped")).toBe(true);
      // However long it waits.
      expect(await producer.redis.ttl(producer.keys.cancel("dropped"))).toBeGreaterThan(3600);
      release("full");
      await expect.poll(() => statusOf(strict, "waits"), POLL).toBe("succeeded");
      await expect.poll(() => statusOf(strict, "dropped"), POLL).toBe("canceled");
    } finally {
      await strict.close();
    }
  });

  test("what is too long for a queue is refused", async () => {
    const response = await gateway.post("/predictions", { input: { wait: "x".repeat(1024 * 1024) } });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining("give their URLs") });
  });

  test("the health check lists the workers; a queue that nobody has served takes nothing", async () => {
    expect((await health(gateway)).queue.workers).toHaveLength(1);
    const early = await startGateway(freshQueue());
    try {
      expect(await health(early)).toMatchObject({ status: "STARTING", error: expect.stringContaining("No worker") });
      expect((await early.request("GET", "/readyz")).status).toBe(503);
      expect((await early.post("/predictions", { input: {} })).status).toBe(503);
    } finally {
      await early.close();
    }
  });
});

describe.skipIf(withoutRedis !== "")(`two workers behind a gateway${withoutRedis}`, () => {
  test("when one is killed the other begins again, and who watches is told", async () => {
    const queue = freshQueue();
    const producer = new Producer(queue);
    const args = ["--claim-idle", "1"];
    const worker = (name: string) =>
      startWorker([queue], { model: MODEL, schema: SCHEMA, args, env: { COG_CONSUMER_ID: name } });
    const [one, two, gateway] = await Promise.all([worker("one"), worker("two"), startGateway(queue)]);
    try {
      await expect.poll(async () => (await health(gateway)).queue.workers, POLL).toHaveLength(2);
      const events = all(gateway.client.stream({ id: "moved", input: { n: 1, wait: "go" } }));
      const sync = gateway.client.predict({ id: "other", input: { n: 1, wait: "go" } });
      const runs = async (id: string) => (await producer.result(id))["worker"];
      await expect.poll(() => runs("moved"), POLL).toBeDefined();
      await expect.poll(() => runs("other"), POLL).toBeDefined();
      const lost = (await runs("moved")) === "one" ? one : two;
      const left = lost === one ? two : one;
      lost.signal("SIGKILL");
      await lost.exited;
      writeFileSync(join(left.folder, "go"), "");
      expect(await sync).toMatchObject({ status: "succeeded" });
      const told = await events;
      const names = told.map(({ event }) => String(event));
      expect(names).toContain("restart");
      expect(names.slice(names.indexOf("restart"))).toEqual([
        "restart",
        "start",
        "log",
        "metric",
        "output",
        "completed",
      ]);
      const last = told.at(-1)?.data as PredictionResponse;
      expect(last).toMatchObject({ status: "succeeded", output: [0] });
    } finally {
      await Promise.all([one.close(), two.close(), gateway.close()]);
      await producer.close();
    }
  }, 120_000);
});
