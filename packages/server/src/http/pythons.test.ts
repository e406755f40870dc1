/** The core of what a server does, on the wheel as it is shipped, with the oldest, the most common and the newest Python. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  builtWheel,
  ModelServer,
  OBEDIENT,
  OBEDIENT_SCHEMA,
  Receiver,
  schemaOf,
  serving,
  testPythons,
  until,
  withOnlyTheWheel,
} from "#testing";

const wheel = builtWheel();
const PYTHONS = wheel === undefined ? [] : testPythons().map((path) => withOnlyTheWheel(path, wheel));

const ASYNC = `
import asyncio
from typing import AsyncIterator
from cog import BaseRunner
class Model(BaseRunner):
    async def setup(self) -> None:
        self.lock = asyncio.Lock()
    async def run(self, n: int = 3) -> AsyncIterator[str]:
        async with self.lock:
            pass
        for index in range(n):
            print("item", index)
            yield str(index)
            await asyncio.sleep(60 if n == 99 else 0)
`;
const ASYNC_SCHEMA = schemaOf({
  streaming: true,
  inputs: [{ name: "n", type: { kind: "integer" }, default: 3 }],
  output: { kind: "iterator", items: { kind: "string" }, concatenate: false },
});

test("the wheel is there (npm run build)", () => expect(wheel).toBeDefined());

describe.each(PYTHONS)("%s", (python) => {
  let server: ModelServer;
  beforeAll(async () => {
    server = await ModelServer.start({ python, model: OBEDIENT, schema: OBEDIENT_SCHEMA });
  });
  afterAll(() => server.close());

  const run = (code: string) => server.client.predict({ input: { do: code } });

  test("an answer with output, logs, metrics", async () => {
    const code = "print('hé 🐍')\ncurrent_scope().record_metric('a.b', 1)\noutput = {'x': [1, 2.5, None, True]}";
    expect(await run(code)).toMatchObject({
      status: "succeeded",
      output: { x: [1, 2.5, null, true] },
      logs: "hé 🐍\n",
      metrics: { a: { b: 1 }, predict_time: expect.any(Number) },
    });
  });

  test("the message of an exception, and its traceback in the logs", async () => {
    const answer = await run("raise ValueError('boom')");
    expect(answer).toMatchObject({ status: "failed", error: "boom" });
    expect(answer.logs).toContain("Traceback");
  });

  test("files in and out", async () => {
    const code = "output = Path('/tmp/' + os.path.basename(file)); output.write_bytes(file.read_bytes() * 2)";
    const answer = await server.client.predict({ input: { do: code, file: "data:text/plain;base64,aGk=" } });
    expect(answer).toMatchObject({ output: "data:text/plain;base64,aGloaQ==" });
  });

  test("10 MiB in, 9 MiB out", async () => {
    const answer = await run(`output = 'x' * (9 << 20) #${"y".repeat(10 << 20)}`);
    expect(answer.output).toHaveLength(9 << 20);
  });

  test("a cancel, and the next prediction", async () => {
    const answer = server.client.predict({ id: "c", input: { do: "print('go')\ntime.sleep(60)" } });
    await server.logged('"prediction_id":"c"');
    expect(await server.client.cancel("c")).toBe(true);
    expect(await answer).toMatchObject({ status: "canceled" });
    expect((await run("")).output).toBe("done");
  });

  test("webhooks in order", async () => {
    const receiver = await Receiver.start();
    await server.client.predict({ id: "w", input: { do: "print('x')" }, webhook: `${receiver.url}/hook` });
    await receiver.until((all) => all.some(({ body }) => body.includes("succeeded")));
    const states = receiver.received.map(({ body }) => JSON.parse(body).status);
    expect([states[0], states.at(-1)]).toEqual(["processing", "succeeded"]);
    receiver.close();
  });

  test("a crash with its reason, and a worker that comes back", async () => {
    expect((await run("ctypes.string_at(0)")).error).toContain("SIGSEGV");
    await until(server, "READY");
    expect((await run("")).output).toBe("done");
  });

  test("an async model: streams, many at once, cancel", async () => {
    const options = { python, model: ASYNC, schema: ASYNC_SCHEMA, env: { COG_MAX_CONCURRENCY: "8" } };
    await serving(options, async ({ client }) => {
      const chunks = [];
      for await (const { event, data } of client.stream({ input: {} })) if (event === "output") chunks.push(data.chunk);
      expect(chunks).toEqual(["0", "1", "2"]);
      const answers = await Promise.all(Array.from({ length: 8 }, () => client.predict({ input: {} })));
      for (const answer of answers) {
        expect(answer).toMatchObject({ output: ["0", "1", "2"], logs: "item 0\nitem 1\nitem 2\n" });
      }
      const endless = client.predict({ id: "e", input: { n: 99 } });
      await expect.poll(async () => (await client.look("e"))?.logs).toContain("item 0");
      expect(await client.cancel("e")).toBe(true);
      expect(await endless).toMatchObject({ status: "canceled" });
    });
  });

  test("without a schema the model itself is asked", async () => {
    const model =
      "from cog import Input\nclass Model:\n    def run(self, n: int = Input(ge=1)) -> int:\n        return n * 2\n";
    await serving({ python, model }, async ({ client }) => {
      expect((await client.predict({ input: { n: 4 } })).output).toBe(8);
      await expect(client.predict({ input: { n: 0 } })).rejects.toMatchObject({ status: 422 });
    });
  });

  test("SIGTERM lets the running prediction end", async () => {
    await serving({ python, model: OBEDIENT, schema: OBEDIENT_SCHEMA }, async (own) => {
      const code = "print('go')\nwhile not os.path.exists('go'): time.sleep(0.005)";
      const answer = own.client.predict({ input: { do: code } });
      await own.logged('"message":"go"');
      own.signal("SIGTERM");
      await own.logged("stopping");
      await writeFile(join(own.folder, "go"), "");
      expect(await answer).toMatchObject({ status: "succeeded" });
      expect(await own.exited).toBe(0);
    });
  });
});
