/** What models do at the edges of the contract: values, logs, cancels, ids, background threads. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ModelServer, OBEDIENT, OBEDIENT_SCHEMA, serving } from "#testing";

describe("one model", () => {
  let server: ModelServer;
  beforeAll(async () => {
    server = await ModelServer.start({ model: OBEDIENT, schema: OBEDIENT_SCHEMA });
  });
  afterAll(() => server.close());

  const run = (code: string) => server.client.predict({ input: { do: code } });

  test("no body, an empty one, and one without the wrapper run with the defaults", async () => {
    for (const body of [undefined, {}, "", { text: "x" }, { input: null }]) {
      const answer = await server.post("/predictions", body);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ status: "succeeded", output: "done" });
    }
  });

  test.each([
    ["''", ""],
    ["0", 0],
    ["False", false],
    ["[]", []],
    ["{}", {}],
    ["None", null],
    ["(1, 2)", [1, 2]],
    ["{3}", [3]],
    ["iter([1, 2])", [1, 2]],
    ["map(str, [1])", ["1"]],
    ["{1: 'x'}", { "1": "x" }],
    ["__import__('datetime').date(2020, 1, 2)", "2020-01-02"],
    ["'/etc/hostname'", "/etc/hostname"],
    ["'https://example.com/x'", "https://example.com/x"],
    ["'naïve 🐍 \\u2028'", "naïve 🐍 \u2028"],
  ])("%s comes out as it is", async (code, output) => {
    expect(await run(`output = ${code}`)).toMatchObject({ status: "succeeded", output });
  });

  test("integers beyond 64 bits keep their digits", async () => {
    const answer = await server.post("/predictions", { input: { do: "output = 2 ** 70" } });
    expect(await answer.text()).toContain(`"output":${2n ** 70n}`);
  });

  test("an empty file", async () => {
    const code = "output = Path('/tmp/cog-empty.txt'); output.write_bytes(b'')";
    expect((await run(code)).output).toMatch(/^data:text\/plain;base64,$/);
  });

  test("a partial line comes with its own prediction, and \\r stays", async () => {
    expect((await run("print('10%\\r20%\\r'); print('rest', end='')")).logs).toBe("10%\r20%\r\nrest");
    expect((await run("print('next')")).logs).toBe("next\n");
  });

  test("redirected output is not in the logs, what follows is", async () => {
    const code = `
import contextlib, io
with contextlib.redirect_stdout(io.StringIO()) as caught: print("caught")
print("after")
output = caught.getvalue()`;
    expect(await run(code)).toMatchObject({ output: "caught\n", logs: "after\n" });
  });

  test("both streams in the order of writing, threads included", async () => {
    const code = `
import threading
print("one"); print("two", file=sys.stderr); print("three")
thread = threading.Thread(target=print, args=("four",)); thread.start(); thread.join()
print("five")`;
    expect((await run(code)).logs).toBe("one\ntwo\nthree\nfour\nfive\n");
  });

  test("metrics: nested, appended, deleted, and none left for the next", async () => {
    const code = `
scope = current_scope()
scope.record_metric("t.pre.load", 1)
scope.record_metric("t.tags", "a", mode="append"); scope.record_metric("t.tags", "b", mode="append")
scope.metrics["gone"] = 1
del scope.metrics["gone"]
self.record_metric("snake", "🐍")`;
    expect((await run(code)).metrics).toEqual({
      t: { pre: { load: 1 }, tags: ["a", "b"] },
      snake: "🐍",
      predict_time: expect.any(Number),
    });
    expect((await run("")).metrics).toEqual({ predict_time: expect.any(Number) });
  });

  test.each(["predict_time", "cog.x", "1a", "a..b", "a.b.c.d.e", "x".repeat(129)])(
    "the metric name %s fails",
    async (name) => {
      expect(await run(`current_scope().record_metric(${JSON.stringify(name)}, 1)`)).toMatchObject({
        status: "failed",
      });
    },
  );

  test("metrics recorded before a failure are in the answer", async () => {
    const answer = await run("current_scope().record_metric('a', 1)\nraise ValueError('x')");
    expect(answer).toMatchObject({ status: "failed", metrics: { a: 1 } });
  });

  test("items yielded after a cancel stay, and so does the cleanup's output", async () => {
    const code = `
def items():
    try:
        yield 1
        print("go")
        time.sleep(60)
    except CancelationException:
        print("cleaning")
        yield 2
        raise
output = items()`;
    const answer = server.client.predict({ id: "late", input: { do: code } });
    await server.logged('"message":"go"');
    await server.client.cancel("late");
    expect(await answer).toMatchObject({ status: "canceled", logs: "go\ncleaning\n" });
    expect((await server.client.look("late"))?.output).toEqual([1, 2]);
  });

  test("except Exception does not catch the cancel; many cancels do no harm", async () => {
    const code = "print('go!')\ntry: time.sleep(60)\nexcept Exception: output = 'caught'";
    const answer = server.client.predict({ id: "many", input: { do: code } });
    await server.logged('"message":"go!"');
    const statuses = await Promise.all(Array.from({ length: 30 }, () => server.post("/predictions/many/cancel")));
    for (const { status } of statuses) expect([200, 404]).toContain(status);
    expect(await answer).toMatchObject({ status: "canceled" });
    for (let round = 0; round < 20; round += 1) expect((await run("time.sleep(0.002)")).status).toBe("succeeded");
  });

  test("a cancel right after the start is not lost", async () => {
    for (let round = 0; round < 30; round += 1) {
      const id = `early-${round}`;
      await server.client.start({ id, input: { do: "time.sleep(60)" } });
      expect(await server.client.cancel(id)).toBe(true);
      await expect.poll(async () => (await server.client.look(id))?.status).toBe("canceled");
    }
  });

  test("an id in flight is taken, whatever the mode", async () => {
    const first = server.client.predict({ id: "taken", input: { do: "print('taken')\ntime.sleep(60)" } });
    await server.logged('"message":"taken"');
    for (const headers of [{}, { Prefer: "respond-async" }]) {
      const second = await server.post("/predictions", { id: "taken", input: {} }, headers);
      expect(second.status).toBe(409);
      expect(await second.json()).toMatchObject({ error: expect.stringContaining("taken"), status: "failed" });
    }
    expect(await server.client.cancel("taken")).toBe(true);
    expect((await first).status).toBe("canceled");
    expect((await server.client.predict({ id: "taken", input: {} })).status).toBe("succeeded");
  });

  test.each([
    ["ValueError('boom')", "boom"],
    ["ValueError()", "ValueError"],
    ["SystemExit('enough')", "enough"],
  ])("raise %s says %s, with the traceback in the logs", async (raised, error) => {
    const answer = await run(`print('before')\nraise ${raised}`);
    expect(answer).toMatchObject({ status: "failed", error });
    expect(answer.logs).toMatch(/^before\nTraceback/);
  });

  test("an id with a slash is reached percent-encoded", async () => {
    const answer = server.client.predict({ id: "a/b", input: { do: "print('slash')\ntime.sleep(60)" } });
    await server.logged('"message":"slash"');
    expect((await server.request("POST", "/predictions/a/b/cancel")).status).toBe(404);
    expect((await server.request("POST", "/predictions/a%2Fb/cancel")).status).toBe(200);
    expect(await answer).toMatchObject({ id: "a/b", status: "canceled" });
  });
});

test("a thread of setup prints into the container's log only", async () => {
  const model = OBEDIENT.replace(
    'print("setting up")',
    "import threading; threading.Thread(target=lambda: [(time.sleep(0.01), print('tick')) for _ in range(200)], daemon=True).start()",
  );
  await serving({ model, schema: OBEDIENT_SCHEMA }, async (server) => {
    const atReady = (await server.client.health()).setup?.logs;
    const { logs } = await server.client.predict({ input: { do: "time.sleep(0.2)\nprint('mine')" } });
    expect(logs).toBe("mine\n");
    await server.logged('"message":"tick"');
    expect((await server.client.health()).setup?.logs).toBe(atReady);
  });
});

test("two servers side by side", async () => {
  const options = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };
  await serving(options, (one) =>
    serving(options, async (two) => {
      expect(one.url).not.toBe(two.url);
      const answers = await Promise.all([one, two].map(({ client }) => client.predict({ id: "x", input: {} })));
      expect(answers.map(({ output }) => output)).toEqual(["done", "done"]);
    }),
  );
});

test("setup(weights) gets COG_WEIGHTS; all that setup printed is in its logs, also of async setup", async () => {
  const model = `
import os, sys
class Model:
    async def setup(self, weights):
        self.weights = weights
        for n in range(500): print("line", n)
        os.write(1, b"from C\\n")
        print("the last", end="")
    async def run(self) -> str:
        return self.weights
`;
  await serving({ model, env: { COG_WEIGHTS: "https://example.com/w" } }, async (server) => {
    expect((await server.client.predict({ input: {} })).output).toBe("https://example.com/w");
    const logs = (await server.client.health()).setup?.logs ?? "";
    expect(logs.match(/^line \d+$/gm)).toHaveLength(500);
    expect(logs).toContain("from C\n");
    expect(logs).toContain("the last");
  });
});

const TRACE = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "a=b" };

test.each([
  { headers: TRACE, output: TRACE },
  { headers: { traceparent: TRACE.traceparent }, output: { traceparent: TRACE.traceparent } },
  { headers: {}, output: {} },
])("the model reads the trace of its request: $headers", async ({ headers, output }) => {
  await serving({ model: OBEDIENT, schema: OBEDIENT_SCHEMA }, async (server) => {
    const body = { input: { do: "output = current_scope().trace_context" }, context: { who: "me" } };
    expect(await (await server.post("/predictions", body, headers)).json()).toMatchObject({ output });
    const next = await server.client.predict({ input: { do: "output = current_scope().trace_context" } });
    expect(next.output).toEqual({});
  });
});

test("a repeated PUT shows the output and the metrics so far, without predict_time", async () => {
  const code = `
def items():
    self.record_metric("a.b", 1)
    yield 1
    yield 2
    print("go")
    while not os.path.exists("go"): time.sleep(0.005)
output = items()`;
  await serving({ model: OBEDIENT, schema: OBEDIENT_SCHEMA }, async (server) => {
    await server.client.start({ id: "p", input: { do: code } });
    await server.logged('"message":"go"');
    const again = await server.request("PUT", "/predictions/p", { body: {} });
    expect(again.status).toBe(202);
    const now = (await again.json()) as Record<string, unknown>;
    expect(now).toMatchObject({ id: "p", status: "processing", input: { do: code }, output: [1, 2], logs: "go\n" });
    expect(now["metrics"]).toEqual({ a: { b: 1 } });
    await server.client.cancel("p");
  });
});

const HOSTS = ["::", "::1", "[::1]", "localhost", "127.0.0.1"];

test.each(HOSTS)("--host %s", async (host) => {
  await serving({ model: OBEDIENT, schema: OBEDIENT_SCHEMA, args: ["--host", host] }, async ({ url }) => {
    const port = new URL(url).port;
    const reachable = host.includes(":") ? `http://[::1]:${port}` : `http://${host}:${port}`;
    expect((await fetch(`${reachable}/health-check`)).status).toBe(200);
  });
});

test("with COG_LOCAL_PATH_INPUTS a file of the server's own disk may be named", async () => {
  const env = { COG_LOCAL_PATH_INPUTS: "1" };
  const files = { "here.txt": "local" };
  await serving({ model: OBEDIENT, schema: OBEDIENT_SCHEMA, env, files }, async (server) => {
    const input = { do: "output = file.read_text()", file: `${server.folder}/here.txt` };
    expect(await server.client.predict({ input })).toMatchObject({ status: "succeeded", output: "local" });
    // It is the client's, not ours to remove.
    expect((await server.client.predict({ input })).output).toBe("local");
  });
});
