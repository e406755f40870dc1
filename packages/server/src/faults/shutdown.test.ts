/** The end of the server while it is at work. */
import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { ModelServer, nothing, OBEDIENT, OBEDIENT_SCHEMA, processesWith, Receiver, schemaOf, serving } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };
const UNTIL_GO = "print('go')\nwhile not os.path.exists('go'): time.sleep(0.005)";

const ASYNC = `
import asyncio, os
class Model:
    async def run(self, name: str = "", until: str = "go") -> str:
        print("go", name)
        while not os.path.exists(until): await asyncio.sleep(0.005)
        return name
`;

test("SIGTERM under load: every answer is whole, every last webhook comes", async () => {
  const receiver = await Receiver.start();
  const env = { COG_MAX_CONCURRENCY: "16" };
  await serving({ model: ASYNC, env }, async (server) => {
    const webhook = receiver.url;
    const sync = Array.from({ length: 8 }, (_, index) =>
      server.client.predict({ id: `s${index}`, input: { name: `s${index}` }, webhook }),
    );
    for (let index = 0; index < 8; index += 1) {
      await server.client.start({ id: `a${index}`, input: { name: `a${index}`, until: "never" }, webhook });
    }
    await expect.poll(() => server.log.match(/"message":"go /g)?.length).toBe(16);
    server.signal("SIGTERM");
    await server.logged("stopping");
    await writeFile(join(server.folder, "go"), "");
    for (const answer of await Promise.all(sync)) expect(answer.status).toBe("succeeded");
    expect(await server.exited).toBe(0);
    const ends = receiver.received.map(({ body }) => JSON.parse(body)).filter(({ completed_at }) => completed_at);
    const statusOf = (id: string): string => (id.startsWith("s") ? "succeeded" : "canceled");
    const ids = Array.from({ length: 8 }, (_, index) => [`a${index}`, `s${index}`]).flat();
    expect(ends.map(({ id, status }) => [id, status]).toSorted()).toEqual(
      ids.toSorted().map((id) => [id, statusOf(id)]),
    );
  });
  receiver.close();
});

test("with a drain timeout async predictions end by themselves, and what is left then is canceled", async () => {
  const receiver = await Receiver.start();
  const env = { COG_MAX_CONCURRENCY: "4", COG_DRAIN_TIMEOUT: "3" };
  await serving({ model: ASYNC, env }, async (server) => {
    await server.client.start({ id: "short", input: { name: "short" }, webhook: receiver.url });
    await server.client.start({ id: "long", input: { name: "long", until: "never" }, webhook: receiver.url });
    await expect.poll(() => server.log.match(/"message":"go /g)?.length).toBe(2);
    server.signal("SIGTERM");
    await server.logged("stopping");
    await writeFile(join(server.folder, "go"), "");
    expect(await server.exited).toBe(0);
    const ends = receiver.received.map(({ body }) => JSON.parse(body)).filter(({ completed_at }) => completed_at);
    expect(Object.fromEntries(ends.map(({ id, status }) => [id, status]))).toEqual({
      short: "succeeded",
      long: "canceled",
    });
  });
  receiver.close();
});

test("queued requests are served before the end", async () => {
  await serving({ ...model, env: { COG_QUEUE_MAX: "8" } }, async (server) => {
    const first = server.client.predict({ input: { do: UNTIL_GO } });
    await server.logged('"message":"go"');
    const queued = Array.from({ length: 5 }, () => server.client.predict({ input: {} }));
    await expect.poll(async () => (await server.client.health()).concurrency?.waiting).toBe(5);
    server.signal("SIGTERM");
    await server.logged("stopping");
    await writeFile(join(server.folder, "go"), "");
    for (const answer of [await first, ...(await Promise.all(queued))]) expect(answer.status).toBe("succeeded");
    expect(await server.exited).toBe(0);
  });
});

test("a prediction sent while /shutdown is processed is answered whole or refused", async () => {
  for (let round = 0; round < 5; round += 1) {
    await serving(model, async (server) => {
      const send = (): Promise<unknown>[] =>
        Array.from({ length: 20 }, () =>
          server.client.predict({ input: {} }).then(
            ({ status }) => status,
            (error: { code?: string; status?: number }) => error.status ?? error.code,
          ),
        );
      const early = send();
      const stop = server.client.shutdown();
      const late = send();
      await stop;
      for (const outcome of await Promise.all([...early, ...late])) {
        // 409: one slot. `unreachable`: refused, or closed before a byte of an answer.
        expect(["succeeded", 409, 503, "server.unreachable"]).toContain(outcome);
      }
      expect(await server.exited).toBe(0);
    });
  }
});

test("a stream that is open is shown to its end", async () => {
  const schema = schemaOf({ streaming: true, inputs: [{ name: "do", type: { kind: "string" }, default: "" }] });
  await serving({ ...model, schema }, async (server) => {
    const items = "def items():\n  for n in range(5):\n    print('go'); time.sleep(0.1)\n    yield n\noutput = items()";
    const stream = await server.post("/predictions", { input: { do: items } }, { Accept: "text/event-stream" });
    await server.logged('"message":"go"');
    server.signal("SIGTERM");
    const text = await stream.text();
    expect(text.match(/^event: output/gm)).toHaveLength(5);
    expect(text).toMatch(/event: completed\ndata: .*"status":"succeeded".*\n\n$/);
    expect(await server.exited).toBe(0);
  });
});

test("Ctrl-C in a terminal reaches the whole group: the prediction is finished first, and the code is 130", async () => {
  await serving(model, async (server) => {
    const answer = server.client.predict({ input: { do: "print('go')\ntime.sleep(0.5)" } });
    await server.logged('"message":"go"');
    // Workers have sessions of their own; they must not mind either.
    for (const { pid } of processesWith(server.folder)) process.kill(pid, "SIGINT");
    expect(await answer).toMatchObject({ status: "succeeded", logs: "go\n" });
    expect(await server.exited).toBe(130);
  });
});

test("--await-explicit-shutdown takes any value for true, and SIGINT for an answer", async () => {
  await serving({ ...model, args: ["--await-explicit-shutdown", "False"] }, async (server) => {
    for (let times = 0; times < 3; times += 1) server.signal("SIGTERM");
    expect((await server.client.predict({ input: {} })).output).toBe("done");
    server.signal("SIGINT");
    expect(await server.exited).toBe(130);
  });
});

test("after /shutdown new connections are refused, while what is open is answered", async () => {
  await serving(model, async (server) => {
    const answer = server.client.predict({ input: { do: UNTIL_GO } });
    await server.logged('"message":"go"');
    const asked = await server.post("/shutdown");
    expect([asked.status, await asked.json()]).toEqual([200, {}]);
    await expect
      .poll(() =>
        fetch(server.url).then(
          () => "answered",
          () => "refused",
        ),
      )
      .toBe("refused");
    await writeFile(join(server.folder, "go"), "");
    expect(await answer).toMatchObject({ status: "succeeded" });
    expect(await server.exited).toBe(0);
  });
});

test("idle and half-open connections do not hold up the end", async () => {
  await serving(model, async (server) => {
    const { port, hostname } = new URL(server.url);
    const idle = connect(Number(port), hostname);
    const half = connect(Number(port), hostname);
    half.write("POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Le");
    const kept = request(`${server.url}/health-check`, { headers: { Connection: "keep-alive" } });
    kept.end();
    await new Promise((resolve) => kept.once("response", (response) => response.resume().once("end", resolve)));
    for (const socket of [idle, half]) socket.on("error", () => undefined);
    await wait(50);
    const asked = performance.now();
    server.signal("SIGTERM");
    expect(await server.exited).toBe(0);
    // A kept connection has 75 s, a half-open one 60.
    expect(performance.now() - asked).toBeLessThan(15_000);
  });
});

test("a second SIGTERM means now", async () => {
  await serving(model, async (server) => {
    const answer = server.client.predict({ input: { do: "print('go')\ntime.sleep(60)" } }).catch(() => "cut off");
    await server.logged('"message":"go"');
    server.signal("SIGTERM");
    await server.logged("stopping");
    const asked = performance.now();
    server.signal("SIGTERM");
    await server.exited;
    expect(performance.now() - asked).toBeLessThan(15_000);
    await answer;
  });
});

test("SIGTERM while a crashed worker starts again: the webhook of the crash still goes out", async () => {
  let failures = 0;
  const receiver = await Receiver.start((_, response) => {
    failures += 1;
    response.writeHead(failures < 3 ? 503 : 200).end();
  });
  await serving(model, async (server) => {
    const webhook_events_filter = ["completed"] as const;
    await server.client.predict({ input: { do: "os._exit(1)" }, webhook: receiver.url, webhook_events_filter });
    server.signal("SIGTERM");
    expect(await server.exited).toBe(0);
    expect(receiver.received.length).toBeGreaterThanOrEqual(3);
    expect(receiver.received.at(-1)?.body).toContain("Worker crashed");
  });
  receiver.close();
});

test("kill -9 of the server: no worker, no guardian, no child of the model, no file is left", async () => {
  const server = await ModelServer.start(model);
  try {
    const code = "os.spawnlp(os.P_NOWAIT, 'sleep', 'sleep', '600')\nprint('go')\ntime.sleep(600)";
    server.client.predict({ input: { do: code } }).catch(() => undefined);
    await server.logged('"message":"go"');
    expect(processesWith(server.folder).length).toBeGreaterThanOrEqual(4);
    server.signal("SIGKILL");
    await server.exited;
    await nothing("processes", () => processesWith(server.folder));
    await nothing("temporary files", () => readdirSync(server.temporary));
  } finally {
    await server.close();
  }
});

test("kill -9 of a server that idles, with workers it started itself", async () => {
  const server = await ModelServer.start({ ...model, env: { COG_WORKERS: "2" } });
  try {
    await expect.poll(async () => (await server.client.health()).concurrency?.max).toBe(2);
    server.signal("SIGKILL");
    await nothing("processes", () => processesWith(server.folder));
    await nothing("temporary files", () => readdirSync(server.temporary));
  } finally {
    await server.close();
  }
});

test("kill -9 of the server while a worker is stuck in native code", async () => {
  const server = await ModelServer.start(model);
  try {
    const code = "print('go')\ntime.sleep(0.1)\nctypes.PyDLL(None).sleep(600)";
    server.client.predict({ input: { do: code } }).catch(() => undefined);
    await server.logged('"message":"go"');
    await wait(150);
    server.signal("SIGKILL");
    await nothing("processes", () => processesWith(server.folder));
    await nothing("temporary files", () => readdirSync(server.temporary));
  } finally {
    await server.close();
  }
});
