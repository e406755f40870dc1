/** What happens to single jobs: cancels, ids that come twice, limits, and what the worker says of itself. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  freshQueue,
  type ModelServer,
  OBEDIENT,
  OBEDIENT_SCHEMA,
  Producer,
  REDIS_URL,
  Receiver,
  serving,
  startWorker,
  withoutRedis,
} from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };
// What is waited for may take a minute on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const WAIT = { timeout: 60_000 };

describe.skipIf(withoutRedis !== "")(`one worker${withoutRedis}`, () => {
  const queue = freshQueue();
  let server: ModelServer;
  let producer: Producer;

  beforeAll(async () => {
    producer = new Producer(queue);
    // One that ended without a word, long ago.
    await producer.redis.hset(producer.keys.workers, "gone", JSON.stringify({ slots: 1, busy: 1, seen: 1 }));
    server = await startWorker([queue], { ...model, env: { COG_CONSUMER_ID: "me" } });
  });
  afterAll(async () => {
    await server.close();
    await producer.close();
  });

  const ended = async (id: string): Promise<unknown> => {
    await expect.poll(() => producer.status(id), WAIT).toMatch(/succeeded|failed|canceled/);
    return JSON.parse((await producer.result(id))["json"] ?? "");
  };

  test("a cancel while it runs, by the queue's key and by the job's", async () => {
    for (const key of [producer.keys.cancel("c1"), "my-own-key-of-c2"]) {
      const id = key.slice(-2);
      const own = id === "c2" ? { cancel_key: key } : {};
      await producer.add({ id, input: { do: `print('run ${id}')\nwhile True: time.sleep(0.01)` }, ...own });
      await server.logged(`run ${id}`);
      await producer.redis.set(key, "1", "EX", 60);
      expect(await ended(id)).toMatchObject({ status: "canceled", logs: `run ${id}\n` });
    }
    await producer.redis.del("my-own-key-of-c2");
  });

  test("a cancel before it runs: the model never sees it", async () => {
    await producer.redis.set(producer.keys.cancel("early"), "1", "EX", 60);
    await producer.add({ id: "early", input: { do: "print('never')" }, response_queue: `${queue}-early` });
    expect(await ended("early")).toMatchObject({ status: "canceled", logs: "" });
    expect(JSON.parse((await producer.redis.get(`${queue}-early`)) ?? "")).toMatchObject({ status: "canceled" });
  });

  test("an id that comes twice: the first result is told again", async () => {
    const reply = `${queue}-twice`;
    await producer.add({ id: "twice", input: { do: "output = 'first'" }, response_queue: reply });
    const first = await ended("twice");
    const told = await producer.redis.get(reply);
    await producer.redis.del(reply);
    const entry = await producer.add({ id: "twice", input: { do: "output = 'second'" }, response_queue: reply });
    await expect.poll(() => producer.redis.xrange(queue, entry, entry), WAIT).toEqual([]);
    expect(await ended("twice")).toEqual(first);
    const again = JSON.parse((await producer.redis.get(reply)) ?? "");
    expect(again).toEqual({ ...JSON.parse(told ?? ""), input: { do: "output = 'second'" } });
    expect(server.log).toContain("the id was used before, for another input");
  });

  test("a reply that can never be written, and a job that nobody can read, are done with all the same", async () => {
    await producer.redis.set(`${queue}-text`, "no list");
    await producer.add({ id: "reply", inputs: {}, response_queue: `${queue}-text` });
    const deep = `{"id":"deep","input":{"do":${"[".repeat(50_000)}${"]".repeat(50_000)}}}`;
    const entry = await producer.add(deep);
    await expect.poll(() => producer.length(), WAIT).toBe(0);
    expect(await producer.status("reply")).toBe("succeeded");
    expect(server.log).toContain("WRONGTYPE");
    const [[, fields = []] = []] = await producer.redis.xrange(producer.keys.dead, "-", "+");
    expect(fields).toEqual(expect.arrayContaining([entry, "The job is nested deeper than 500 levels."]));
  });

  test("files that are too much for a reply fail the job, and say what to do", async () => {
    const large = "output = Path('x.bin'); open(output, 'wb').truncate(100 << 20)";
    await producer.add({ id: "large", input: { do: large } });
    expect(await ended("large")).toMatchObject({
      status: "failed",
      error:
        "The output files are larger than an answer through Redis may be (134217728 bytes). Have them uploaded: COG_UPLOAD_URL.",
    });
  });

  test("presigned addresses of a job are used", async () => {
    const target = await Receiver.start();
    const write = "output = Path('x.txt'); output.write_text('x')";
    const put_urls = [`${target.url}/mine?signature=secret`];
    await producer.add({ id: "presigned", input: { do: write }, upload: { put_urls } });
    expect(await ended("presigned")).toMatchObject({ status: "succeeded", output: `${target.url}/mine` });
    expect(target.received[0]).toMatchObject({ method: "PUT", path: "/mine?signature=secret", body: "x" });
    await producer.add({ id: "policy", input: { do: write }, upload: { post_policy: {} } });
    expect(await ended("policy")).toMatchObject({ status: "failed", error: expect.stringContaining("post_policy") });
    target.close();
  });

  test("a job waits in the stream while requests have the slots", async () => {
    const busy = server.client.predict({ id: "http", input: { do: "print('busy')\nwhile True: time.sleep(0.01)" } });
    await server.logged('"message":"busy"');
    await producer.add({ id: "behind", input: {} });
    await producer.add({ id: "last", input: {} });
    const worker = async (): Promise<unknown> =>
      JSON.parse((await producer.redis.hget(producer.keys.workers, "me")) ?? "{}");
    await expect.poll(worker, WAIT).toMatchObject({ busy: 1 });
    // A read that was under way may have got the first one, which then waits for the slot.
    const pending: unknown = await producer.redis.call("XPENDING", queue, queue);
    expect(Array.isArray(pending) && Number(pending[0])).toBeLessThan(2);
    expect(await producer.status("behind")).toBeUndefined();
    await server.client.cancel("http");
    expect(await busy).toMatchObject({ status: "canceled" });
    for (const id of ["behind", "last"]) expect(await ended(id)).toMatchObject({ status: "succeeded" });
  });

  test("what it tells of itself", async () => {
    const worker = async (): Promise<unknown> =>
      JSON.parse((await producer.redis.hget(producer.keys.workers, "me")) ?? "{}");
    expect((await server.request("GET", "/readyz")).status).toBe(200);
    await expect.poll(worker, WAIT).toMatchObject({ slots: 1, busy: 0, status: "READY", seen: expect.any(Number) });
    expect(await producer.redis.hkeys(producer.keys.workers)).toEqual(["me"]);
    expect(await producer.redis.get(producer.keys.schema)).toContain('"openapi"');
    expect(await producer.redis.xlen(`${queue}-setup-time`)).toBe(1);
    const metrics = async (): Promise<string> => (await server.request("GET", "/metrics")).text();
    await expect.poll(metrics, WAIT).toContain(`cog_queue_redis_up{queue="${queue}"} 1`);
  });
});

describe.skipIf(withoutRedis !== "")(`output files${withoutRedis}`, () => {
  test("go where each version of a job wants them", async () => {
    const receiver = await Receiver.start((request, response) =>
      response.end(request.path === "/form" ? JSON.stringify({ url: "http://files/of-the-form" }) : ""),
    );
    const queue = freshQueue();
    const producer = new Producer(queue);
    const server = await startWorker([queue], { ...model, args: ["--upload-url", `${receiver.url}/form`] });
    const code = "Path('out.txt').write_text('hi')\noutput = Path('out.txt')";
    const outputs = {
      a: { inputs: { do: { value: code } }, response_queue: `${queue}-a` },
      d: { input: { do: code }, output_file_prefix: `${receiver.url}/form/d` },
      signed: { input: { do: code }, upload: { put_urls: [`${receiver.url}/signed?key=1`] } },
    };
    const found: Record<string, unknown> = {};
    for (const [id, job] of Object.entries(outputs)) {
      await producer.add({ id, ...job });
      await expect.poll(() => producer.status(id), WAIT).toMatch(/succeeded|failed/);
      found[id] = JSON.parse((await producer.result(id))["json"] ?? "").output;
    }
    expect(found).toEqual({
      a: "http://files/of-the-form",
      d: `${receiver.url}/form/d/out.txt`,
      signed: `${receiver.url}/signed`,
    });
    expect(receiver.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "PUT /form",
      "PUT /form/d/out.txt",
      "PUT /signed?key=1",
    ]);
    expect(receiver.received[0]?.headers["content-type"]).toMatch(/^multipart\/form-data/);
    expect(receiver.received[0]?.body).toMatch(/name="file"; filename="out.txt"[\s\S]*\r\n\r\nhi\r\n/);
    await server.close();
    await producer.close();
    receiver.close();
  });
});

describe.skipIf(withoutRedis !== "")(`limits${withoutRedis}`, () => {
  test("--predict-timeout ends predictions, with what they made so far", async () => {
    const queue = freshQueue();
    const producer = new Producer(queue);
    const server = await startWorker([queue], { ...model, args: ["--predict-timeout", "1"] });
    await producer.add({ id: "slow", input: { do: "print('on it')\nwhile True: time.sleep(0.01)" } });
    await expect.poll(() => producer.status("slow"), WAIT).toBe("failed");
    expect(JSON.parse((await producer.result("slow"))["json"] ?? "")).toMatchObject({
      error: "Prediction timed out",
      logs: "on it\n",
    });
    await server.close();
    await producer.close();
  });

  test("COG_QUEUE_MAX_JOBS: with code 0; it leaves the group; setup is reported once", async () => {
    const queue = freshQueue();
    const producer = new Producer(queue);
    const receiver = await Receiver.start();
    await producer.add({ id: "only", input: {}, webhook: receiver.url, webhook_events_filter: [] });
    await producer.add({ id: "next", input: {} });
    const args = ["--report-setup-run-url", `${receiver.url}/setup`];
    await serving(
      { ...model, entry: "redis_queue", args: [...workerArgs(queue), ...args], env: { COG_QUEUE_MAX_JOBS: "1" } },
      async (server) => {
        expect(await server.exited).toBe(0);
      },
    );
    expect(await producer.status("only")).toBe("succeeded");
    expect(await producer.status("next")).toBeUndefined();
    const setups = receiver.received.filter(({ path }) => path === "/setup").map(({ body }) => JSON.parse(body));
    expect(setups).toEqual([
      {
        status: "succeeded",
        started_at: expect.any(String),
        completed_at: expect.any(String),
        logs: expect.stringContaining("setting up\n"),
      },
    ]);
    expect(await producer.redis.call("XINFO", "CONSUMERS", queue, queue)).toEqual([]);
    expect(await producer.redis.hlen(producer.keys.workers)).toBe(0);
    receiver.close();
    await producer.close();
  });

  test("--max-failure-count: with code 1 after one more failure in a row; wrong inputs do not count", async () => {
    const queue = freshQueue();
    const producer = new Producer(queue);
    const fail = { do: "raise ValueError('broken')" };
    await producer.add({ id: "1", input: fail });
    await producer.add({ id: "2", input: { do: 1 } });
    await producer.add({ id: "3", input: {} });
    await producer.add({ id: "4", input: fail });
    await producer.add({ id: "5", input: fail });
    await producer.add({ id: "6", input: {} });
    const args = [...workerArgs(queue), "--max-failure-count", "1"];
    await serving({ ...model, entry: "redis_queue", args }, async (server) => {
      expect(await server.exited).toBe(1);
    });
    expect(await Promise.all(["2", "5", "6"].map((id) => producer.status(id)))).toEqual([
      "failed",
      "failed",
      undefined,
    ]);
    await producer.close();
  });
});

describe.skipIf(withoutRedis !== "")(`several queues${withoutRedis}`, () => {
  test("queues take turns, and a priority goes first", async () => {
    const [plain, other] = [freshQueue(), freshQueue()];
    const producers = [plain, `${plain}:high`, other].map((name) => new Producer(name));
    for (const producer of producers) {
      for (const n of [1, 2])
        await producer.add({
          id: `${producer.keys.jobs} ${n}`,
          input: { do: `print('job ${producer.keys.jobs} ${n}')` },
        });
    }
    const server = await startWorker([`${plain}:high`, plain, other], model);
    for (const producer of producers) await expect.poll(() => producer.length(), WAIT).toBe(0);
    await server.close();
    const order = [...server.log.matchAll(/"message":"job (.*?)"/g)].map(([, name]) => name);
    const of = (name: string): string[] => order.filter((one): one is string => one?.startsWith(`${name} `) === true);
    expect(
      of(plain)
        .concat(of(`${plain}:high`), of(other))
        .toSorted(),
    ).toEqual(order.toSorted());
    expect(order.filter((one) => one?.startsWith(plain))).toEqual([...of(`${plain}:high`), ...of(plain)]);
    // Neither of the two is served up before the other is begun.
    expect(order.slice(0, 3).some((one) => one?.startsWith(other))).toBe(true);
    for (const producer of producers) await producer.close();
  });
});

function workerArgs(queue: string): string[] {
  return ["--redis-url", REDIS_URL, "--queue", queue];
}
