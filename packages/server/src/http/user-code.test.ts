/** How a model is loaded and called: references, setup, the one instance, exceptions, crashes. */
import { expect, test } from "vitest";
import { OBEDIENT, OBEDIENT_SCHEMA, Receiver, schemaOf, serving, until } from "#testing";

const SERVED: readonly {
  readonly name: string;
  readonly model: string;
  readonly output: unknown;
  readonly warns?: string;
  readonly env?: Readonly<Record<string, string>>;
}[] = [
  { name: "a class of its own, without setup", model: "class Model:\n  def run(self) -> str: return 'x'", output: "x" },
  {
    name: "a method of a base class in another file",
    model: "from lib import Base\nclass Model(Base): pass",
    output: "from the base",
  },
  {
    name: "predict()",
    model: "class Model:\n  def predict(self) -> str: return 'x'",
    output: "x",
    warns: "predict() is deprecated",
  },
  {
    name: "BasePredictor",
    model: "from cog import BasePredictor\nclass Model(BasePredictor):\n  def predict(self) -> str: return 'x'",
    output: "x",
    warns: "BasePredictor is deprecated",
  },
  {
    name: "the exception of a cancel, from where older models import it",
    model: `
import cog
from cog.server.exceptions import CancelationException
class Model:
    def run(self) -> bool: return CancelationException is cog.CancelationException`,
    output: true,
  },
  { name: "a static method", model: "class Model:\n  @staticmethod\n  def run() -> str: return 'x'", output: "x" },
  {
    name: "async setup of a sync model",
    model:
      "import asyncio\nclass Model:\n  async def setup(self):\n    await asyncio.sleep(0)\n    self.x = 'x'\n  def run(self) -> str: return self.x",
    output: "x",
  },
  {
    name: "weights that nobody gave",
    model:
      "class Model:\n  def setup(self, weights=None): self.weights = weights\n  def run(self) -> str: return repr(self.weights)",
    output: "None",
  },
  {
    name: "weights",
    model:
      "class Model:\n  def setup(self, weights): self.weights = weights\n  def run(self) -> str: return repr(self.weights)",
    env: { COG_WEIGHTS: "w" },
    output: "'w'",
  },
  {
    name: "processes started in setup",
    model:
      "import multiprocessing as m, os\nclass Model:\n  def setup(self):\n    with m.get_context('fork').Pool(2) as pool: self.n = sum(pool.map(abs, [-1, 2]))\n    if not os.fork():\n      os.setsid()\n      if os.fork(): os._exit(0)\n      print('daemon', flush=True); os._exit(0)\n  def run(self) -> int: return self.n",
    output: 3,
  },
];

test.each(SERVED)("$name", async ({ model, output, warns, env = {} }) => {
  const files = {
    "lib.py":
      "class Base:\n  def run(self) -> str: return 'from the base'\nclass Old:\n  def predict(self) -> str: return 'old'",
  };
  await serving({ model, files, env }, async (server) => {
    expect(await server.client.predict({ input: {} })).toMatchObject({ status: "succeeded", output });
    if (warns !== undefined) await server.logged(warns);
  });
});

const REFUSED = [
  {
    name: "run() beside an inherited predict()",
    model:
      "class Old:\n  def predict(self) -> str: return 'old'\nclass Model(Old):\n  def run(self) -> str: return 'own'",
    error: "either run() or predict(), not both",
  },
  { name: "a file that is not there", ref: "nothing.py:Model", model: "", error: "nothing.py" },
  { name: "a syntax error", model: "class Model:\n  def run(self) -> str return 'x'", error: "SyntaxError" },
  {
    name: "a constructor that wants something",
    model: "class Model:\n  def __init__(self, x): pass\n  def run(self) -> str: return 'x'",
    error: "__init__",
  },
  { name: "sys.exit at import", model: "import sys; sys.exit('not today')", error: "not today" },
  {
    name: "an exception in async setup",
    model:
      "class Model:\n  async def setup(self): raise ValueError('no weights')\n  async def run(self) -> str: return 'x'",
    error: "no weights",
  },
  {
    name: "no name and no class of the usual names",
    ref: "predict.py",
    model: "class Other:\n  def run(self) -> str: return 'x'",
    error: "Runner",
  },
];

test.each(REFUSED)("$name: SETUP_FAILED, with the reason", async ({ model, ref = "predict.py:Model", error }) => {
  await serving({ model, ref, until: "setup_failed" }, async (server) => {
    const health = await server.client.health();
    expect(health.status).toBe("SETUP_FAILED");
    expect(health.setup?.logs).toContain(error);
    expect((await server.post("/predictions", { input: {} })).status).toBe(503);
  });
});

const ENDS = [
  { raised: "SystemExit(3)", error: "3" },
  { raised: "SystemExit()", error: "SystemExit" },
  { raised: "KeyboardInterrupt()", error: "KeyboardInterrupt" },
  { raised: "GeneratorExit('x')", error: "x" },
  { raised: "BaseException('base')", error: "base" },
  { raised: "StopIteration('stop')", error: "stop" },
  { raised: "type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})()", error: "Odd" },
];

test("whatever run() raises fails that prediction alone; the instance stays as it was", async () => {
  await serving({ model: OBEDIENT, schema: OBEDIENT_SCHEMA }, async ({ client }) => {
    await client.predict({ input: { do: "self.kept = []" } });
    for (const { raised, error } of ENDS) {
      const answer = await client.predict({ input: { do: `self.kept.append(1)\nraise ${raised}` } });
      expect(answer, raised).toMatchObject({ status: "failed", error });
    }
    const wait = client.predict({ id: "c", input: { do: "self.kept.append(1)\ntime.sleep(60)" } });
    await expect.poll(() => client.cancel("c")).toBe(true);
    await wait;
    const { output } = await client.predict({ input: { do: "output = len(self.kept)" } });
    expect([ENDS.length, ENDS.length + 1]).toContain(output);
  });
});

const ONE_LOOP = `
import asyncio
class Model:
    async def setup(self):
        self.loop = asyncio.get_running_loop()
        self.lock = asyncio.Lock()
        self.queue = asyncio.Queue()
        async def echo(reader, writer):
            while True:
                writer.write(await reader.readline())
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        self.worker = asyncio.ensure_future(self.work())
    async def work(self):
        while True:
            answer, value = await self.queue.get()
            answer.set_result(value.upper())
    async def run(self, text: str = "x") -> str:
        assert asyncio.get_running_loop() is self.loop
        async with self.lock:
            self.writer.write(text.encode() + b"\\n")
            echoed = (await self.reader.readline()).decode().strip()
        answer = self.loop.create_future()
        await self.queue.put((answer, echoed))
        return await answer
`;

test("connections, locks and tasks made in async setup are used by all predictions, on the same loop", async () => {
  await serving({ model: ONE_LOOP, env: { COG_MAX_CONCURRENCY: "8" } }, async ({ client }) => {
    const texts = Array.from({ length: 32 }, (_, index) => `t${index}`);
    const one = async (text: string) => (await client.predict({ input: { text } })).output;
    for (let from = 0; from < texts.length; from += 8) {
      const some = texts.slice(from, from + 8);
      expect(await Promise.all(some.map(one))).toEqual(some.map((text) => text.toUpperCase()));
    }
  });
});

const CRASHES = `
import asyncio, os
class Model:
    async def run(self, crash: bool = False) -> str:
        print("in", flush=True)
        await asyncio.sleep(0.3 if crash else 60)
        os._exit(5)
`;

test("a crash fails everything that runs in that worker, and every webhook says so", async () => {
  const receiver = await Receiver.start();
  const schema = schemaOf({ inputs: [{ name: "crash", type: { kind: "boolean" }, default: false }] });
  await serving({ model: CRASHES, schema, env: { COG_MAX_CONCURRENCY: "6" } }, async (server) => {
    const webhook_events_filter = ["completed"] as const;
    const ask = (crash: boolean) =>
      server.client.predict({ input: { crash }, webhook: receiver.url, webhook_events_filter });
    const waiting = [1, 2, 3, 4].map(() => ask(false));
    await server.client.start({ id: "async", input: {}, webhook: receiver.url, webhook_events_filter });
    await expect.poll(() => server.log.match(/"message":"in"/g)?.length).toBe(5);
    for (const answer of [await ask(true), ...(await Promise.all(waiting))]) {
      expect(answer).toMatchObject({ status: "failed", logs: "in\n" });
      expect(answer.error).toBe("Worker crashed: the model's process exited with code 5");
    }
    await receiver.until((all) => all.length === 6);
    for (const { body } of receiver.received) expect(JSON.parse(body)).toMatchObject({ status: "failed" });
    await until(server, "READY");
  });
  receiver.close();
});
