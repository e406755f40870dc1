/** At least once, whatever ends: workers, drains, Redis itself. */
import { writeFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import {
  freshQueue,
  hasRedisServer,
  OBEDIENT,
  OBEDIENT_SCHEMA,
  OwnRedis,
  Producer,
  Receiver,
  startWorker,
  withoutRedis,
} from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };
const WAIT = { timeout: 60_000 };
const LONG = { timeout: 120_000 };

const open: { close(): unknown }[] = [];
const keep = <Thing extends { close(): unknown }>(thing: Thing): Thing => {
  open.push(thing);
  return thing;
};
afterEach(async () => {
  // Servers before what they talk to.
  for (const thing of open.splice(0).reverse()) await thing.close();
});

const worker = async (
  queue: string,
  args: readonly string[] = [],
  options: { redisUrl?: string; env?: Record<string, string> } = {},
) => keep(await startWorker([queue], { ...model, args, ...options }));

describe.skipIf(withoutRedis !== "")(`workers that end${withoutRedis}`, () => {
  test("one that is killed: another finishes its job, and tells the end once", LONG, async () => {
    const queue = freshQueue();
    const producer = keep(new Producer(queue));
    const receiver = keep(await Receiver.start());
    const first = await worker(queue, ["--claim-idle", "2"]);
    const job = {
      do: `print('run')\nif os.getcwd() == ${JSON.stringify(first.folder)}: time.sleep(60)\noutput = 'done'`,
    };
    await producer.add({ id: "a", input: job, webhook: receiver.url });
    await first.logged('"message":"run"');
    first.signal("SIGKILL");
    await first.exited;
    await worker(queue, ["--claim-idle", "2"]);
    await expect.poll(() => producer.status("a"), WAIT).toBe("succeeded");
    await expect.poll(() => producer.length(), WAIT).toBe(0);
    expect(await producer.result("a")).toMatchObject({ attempt: "2" });
    const last = receiver.received
      .map(({ body }) => JSON.parse(body).status)
      .filter((status) => status !== "processing");
    expect(last).toEqual(["succeeded"]);
    const events = (await producer.events(producer.keys.events("a"))).map(({ event }) => event);
    expect(events.slice(events.indexOf("restart"))).toEqual(["restart", "start", "logs", "output", "completed"]);
  });

  test("one that is killed before its webhook was taken: another sends the same, and runs nothing", LONG, async () => {
    const queue = freshQueue();
    const producer = keep(new Producer(queue));
    let isDown = true;
    const receiver = keep(await Receiver.start((_, response) => response.writeHead(isDown ? 503 : 200).end()));
    const first = await worker(queue, ["--claim-idle", "2"]);
    const job = { id: "w", input: { do: "output = os.getcwd()" }, webhook: receiver.url, webhook_events_filter: [] };
    await producer.add(job);
    await receiver.until((received) => received.length > 0);
    first.signal("SIGKILL");
    await first.exited;
    const before = receiver.received.length;
    isDown = false;
    await worker(queue, ["--claim-idle", "2"]);
    await expect.poll(() => producer.length(), WAIT).toBe(0);
    const told = receiver.received.slice(before - 1).map(({ body }) => JSON.parse(body));
    expect(told).toEqual([told[0], told[0]]);
    expect(told[0]).toMatchObject({ id: "w", status: "succeeded", output: first.folder });
  });

  test("a long job is left alone while its worker is alive", LONG, async () => {
    const queue = freshQueue();
    const producer = keep(new Producer(queue));
    const both = [await worker(queue, ["--claim-idle", "5"]), await worker(queue, ["--claim-idle", "5"])];
    await producer.add({ id: "long", input: { do: "print('run')\ntime.sleep(12)" } });
    await expect.poll(() => producer.status("long"), WAIT).toBe("succeeded");
    expect(await producer.result("long")).toMatchObject({ attempt: "1" });
    expect(both.flatMap(({ log }) => log.match(/"message":"run"/g) ?? [])).toHaveLength(1);
  });

  test("a job that no worker survives is put aside after three deliveries", LONG, async () => {
    const queue = freshQueue();
    const producer = keep(new Producer(queue));
    const entry = await producer.add({ id: "bad", input: { do: "print('run')" }, response_queue: `${queue}-r` });
    await producer.redis.xgroup("CREATE", queue, queue, "0");
    await producer.redis.xreadgroup("GROUP", queue, "gone", "COUNT", 1, "STREAMS", queue, ">");
    // As if three workers had had it, and ended with it.
    await producer.redis.call("XCLAIM", queue, queue, "gone", 0, entry, "IDLE", 90_000, "RETRYCOUNT", 3);
    const server = await worker(queue);
    await expect.poll(() => producer.redis.xlen(producer.keys.dead), WAIT).toBe(1);
    const [[, fields = []] = []] = await producer.redis.xrange(producer.keys.dead, "-", "+");
    expect(fields).toEqual(expect.arrayContaining(["id", "bad", "deliveries", "4"]));
    expect(JSON.parse((await producer.redis.get(`${queue}-r`)) ?? "")).toMatchObject({
      status: "failed",
      error: "The job was delivered 3 times, and no worker has come to its end.",
    });
    expect(await producer.length()).toBe(0);
    expect(server.log).not.toContain('"message":"run"');
  });

  test("a drain: what is not done in time goes to another worker at once", LONG, async () => {
    const queue = freshQueue();
    const producer = keep(new Producer(queue));
    const first = await worker(queue, [], { env: { COG_DRAIN_TIMEOUT: "0.5" } });
    const quickly = `print('run')\nif os.getcwd() == ${JSON.stringify(first.folder)}: time.sleep(60)\noutput = 'done'`;
    await producer.add({ id: "d", input: { do: quickly }, response_queue: `${queue}-r` });
    await first.logged('"message":"run"');
    first.signal("SIGTERM");
    expect(await first.exited).toBe(0);
    expect(await producer.status("d")).toBe("processing");
    // Its job is not lost to it by silence: that would take a minute.
    await worker(queue);
    await expect.poll(() => producer.status("d"), WAIT).toBe("succeeded");
    expect(JSON.parse((await producer.redis.get(`${queue}-r`)) ?? "")).toMatchObject({
      status: "succeeded",
      output: "done",
    });
  });

  test("a drain that Redis will not hear of ends all the same", LONG, async () => {
    const queue = freshQueue();
    const producer = keep(new Producer(queue));
    const server = await worker(queue, [], { env: { COG_DRAIN_TIMEOUT: "0.5" } });
    await producer.add({ id: "n", input: { do: "print('run')\ntime.sleep(60)" } });
    await server.logged('"message":"run"');
    await producer.redis.set(queue, "no stream");
    server.signal("SIGTERM");
    expect(await server.exited).toBe(0);
    expect(server.log).toContain("a job could not be handed back: WRONGTYPE");
  });

  test("a lost job is not taken for another queue's of the same entry", LONG, async () => {
    const [one, other] = [keep(new Producer(freshQueue())), keep(new Producer(freshQueue()))];
    const add = (producer: Producer, id: string, code: string) =>
      producer.redis.xadd(producer.keys.jobs, "5-1", "value", JSON.stringify({ id, input: { do: code } }));
    await add(other, "lost", "pass");
    await other.redis.xgroup("CREATE", other.keys.jobs, other.keys.group, "0");
    await other.redis.xreadgroup("GROUP", other.keys.group, "gone", "COUNT", 1, "STREAMS", other.keys.jobs, ">");
    const options = { ...model, args: ["--claim-idle", "4"], env: { COG_WORKERS: "2" } };
    const server = keep(await startWorker([one.keys.jobs, other.keys.jobs], options));
    const gate = `${server.folder}/gate`;
    await add(one, "mine", `print('run')\nwhile not os.path.exists(${JSON.stringify(gate)}): time.sleep(0.01)`);
    await server.logged('"message":"run"');
    await expect.poll(() => other.status("lost"), WAIT).toBe("succeeded");
    expect(await one.status("mine")).toBe("processing");
    writeFileSync(gate, "");
    await expect.poll(() => one.status("mine"), WAIT).toBe("succeeded");
  });

  test("a job whose id is in flight by HTTP waits for its end, however often it comes", LONG, async () => {
    const queue = freshQueue();
    const producer = keep(new Producer(queue));
    const server = await worker(queue, ["--claim-idle", "1"], { env: { COG_WORKERS: "2" } });
    const gate = `${server.folder}/gate`;
    const code = `print('run')\nwhile not os.path.exists(${JSON.stringify(gate)}): time.sleep(0.01)`;
    const answer = server.client.predict({ id: "twice", input: { do: code } });
    await server.logged('"message":"run"');
    await producer.add({ id: "twice", input: { do: "output = 'mine'" } });
    await expect.poll(() => server.log.split("is running already").length, WAIT).toBeGreaterThan(5);
    writeFileSync(gate, "");
    expect(await answer).toMatchObject({ status: "succeeded" });
    await expect.poll(() => producer.status("twice"), WAIT).toBe("succeeded");
    expect(await producer.result("twice")).toMatchObject({ attempt: "1" });
  });

  test("one that was thought dead tells nothing", LONG, async () => {
    const queue = freshQueue();
    const producer = keep(new Producer(queue));
    const first = await worker(queue, ["--claim-idle", "2"]);
    await producer.add({ id: "s", input: { do: "print('run')\ntime.sleep(3)\noutput = os.getcwd()" } });
    await first.logged('"message":"run"');
    first.signal("SIGSTOP");
    const second = await worker(queue, ["--claim-idle", "2"]);
    await expect.poll(() => producer.status("s"), WAIT).toBe("succeeded");
    first.signal("SIGCONT");
    await first.logged("another worker has");
    expect(JSON.parse((await producer.result("s"))["json"] ?? "")).toMatchObject({ output: second.folder });
  });
});

const withoutServer = hasRedisServer() ? "" : " (left out: no redis-server on the PATH)";

describe.skipIf(withoutServer !== "")(`a Redis that ends${withoutServer}`, () => {
  test("a restart in the middle of a job loses nothing", LONG, async () => {
    const redis = keep(await OwnRedis.start());
    const producer = keep(new Producer("q", redis.url));
    const server = await worker("q", [], { redisUrl: redis.url });
    const gate = `${server.folder}/gate`;
    const until = `print('run')\nwhile not os.path.exists(${JSON.stringify(gate)}): time.sleep(0.01)`;
    await producer.add({ id: "now", input: { do: until }, response_queue: "r-now" });
    await producer.add({ id: "next", input: {}, response_queue: "r-next" });
    await server.logged('"message":"run"');
    await redis.kill();
    // Ends while nobody can be told.
    writeFileSync(gate, "");
    await server.logged("nobody listens there");
    await expect.poll(async () => (await server.client.health()).status, WAIT).toBe("READY");
    await redis.resume();
    for (const id of ["now", "next"]) {
      await expect.poll(() => producer.status(id), WAIT).toBe("succeeded");
      expect(JSON.parse((await producer.redis.get(`r-${id}`)) ?? "")).toMatchObject({ id, status: "succeeded" });
      expect(await producer.result(id)).toMatchObject({ attempt: "1" });
    }
    await expect.poll(() => producer.length(), WAIT).toBe(0);
  });

  test("one that wants a password is told by name, and makes the server unready after a while", LONG, async () => {
    const redis = keep(await OwnRedis.start(["--requirepass", "secret"]));
    const server = await worker("q", [], { redisUrl: redis.url });
    await server.logged("NOAUTH");
    const wrong = await worker("q", [], { redisUrl: redis.url.replace("//", "//:open-sesame@") });
    await wrong.logged("WRONGPASS");
    expect(wrong.log).not.toContain("open-sesame");
    await expect.poll(async () => (await server.request("GET", "/readyz")).status, WAIT).toBe(503);
    expect((await server.client.health()).status).toBe("READY");
  });

  test("one that may evict keys is warned of", LONG, async () => {
    const redis = keep(await OwnRedis.start(["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"]));
    const server = await worker("q", [], { redisUrl: redis.url });
    await server.logged("noeviction");
  });
});
