/** Whose output it is: what a prediction, its threads, tasks and children write is in its logs, and in nobody else's. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ModelServer, OBEDIENT, OBEDIENT_SCHEMA, serving } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };

const ROWS: readonly { readonly name: string; readonly run: string; readonly logs: string | RegExp }[] = [
  { name: "print", run: "print('a', 1); print('b', file=sys.stderr)", logs: "a 1\nb\n" },
  {
    name: "the streams themselves",
    run: "sys.stdout.write('a\\n'); sys.stderr.writelines(['b\\n', 'c\\n'])",
    logs: "a\nb\nc\n",
  },
  { name: "bytes", run: "sys.stdout.buffer.write('né\\n'.encode()); sys.stdout.flush()", logs: "né\n" },
  { name: "logging", run: "import logging; logging.warning('careful')", logs: "WARNING:root:careful\n" },
  { name: "warnings", run: "import warnings; warnings.warn('careful')", logs: /UserWarning: careful\n/ },
  {
    name: "a traceback",
    run: "import traceback\ntry: 1 / 0\nexcept ZeroDivisionError: traceback.print_exc()",
    logs: /^Traceback.*ZeroDivisionError: .*\n$/s,
  },
  {
    name: "a progress bar",
    run: "for n in range(3): sys.stderr.write(f'{n}0%\\r'); sys.stderr.flush()\nprint()",
    logs: "00%\r10%\r20%\r\n",
  },
  {
    name: "lines in pieces",
    run: "for piece in ('a', 'b', '\\n', 'c'): sys.stdout.write(piece); time.sleep(0.03)",
    logs: "ab\nc",
  },
  {
    name: "pieces of both streams",
    run: "sys.stdout.write('a'); sys.stderr.write('b\\n'); print('c')",
    logs: /^(ac\nb\n|b\nac\n)$/,
  },
  { name: "characters of four bytes", run: "print('🐍' * 1000)", logs: `${"🐍".repeat(1000)}\n` },
  {
    name: "threads",
    run: "from concurrent.futures import ThreadPoolExecutor as P\nwith P(4) as pool: list(pool.map(print, range(50)))",
    logs: /^(\d+\n){50}$/,
  },
  { name: "C code", run: "c = ctypes.CDLL(None); c.printf(b'from C\\n'); c.fflush(None)", logs: "from C\n" },
  {
    name: "a child by subprocess",
    run: "import subprocess; subprocess.run(['sh', '-c', 'echo out; echo err >&2'], check=True)",
    logs: "out\nerr\n",
  },
  {
    name: "a child that is told to use sys.stdout",
    run: "import subprocess; subprocess.run(['echo', 'out'], stdout=sys.stdout)",
    logs: "out\n",
  },
  {
    name: "a forked child",
    run: "pid = os.fork()\nif not pid: print('child', flush=True); os._exit(0)\nos.waitpid(pid, 0)",
    logs: "child\n",
  },
  {
    name: "a secret",
    run: "print(Secret('hush'), repr(Secret('hush')), [Secret('hush')])",
    logs: /^(?!.*hush).*\*{10}/,
  },
  {
    name: "twenty children at once",
    run: "pids = []\nfor n in range(20):\n  pid = os.fork()\n  if not pid:\n    for line in range(500): os.write(1, f'child {n} line {line}\\n'.encode())\n    os._exit(0)\n  pids.append(pid)\nfor pid in pids: os.waitpid(pid, 0)",
    logs: /^(child \d+ line \d+\n){10000}$/,
  },
];

describe("one slot", () => {
  let server: ModelServer;
  beforeAll(async () => {
    server = await ModelServer.start(model);
  });
  afterAll(() => server.close());

  test.each(ROWS)("$name", async ({ run, logs }) => {
    const { status, logs: written = "" } = await server.client.predict({ input: { do: run } });
    expect(status).toBe("succeeded");
    if (typeof logs === "string") expect(written).toBe(logs);
    else expect(written).toMatch(logs);
    expect((await server.client.predict({ input: {} })).logs).toBe("");
  });

  test("200 lines × 1000 predictions", async () => {
    const text = (n: number): string => Array.from({ length: 200 }, (_, line) => `${n} ${line}\n`).join("");
    for (let n = 0; n < 1000; n += 1) {
      const { logs } = await server.client.predict({ input: { do: `for line in range(200): print(${n}, line)` } });
      if (logs !== text(n)) expect(logs).toBe(text(n));
    }
  }, 120_000);

  test("all of it is in the server's own log too, with the id of its prediction", async () => {
    await server.client.predict({
      id: "mine",
      input: { do: "print('one')\nos.write(1, b'two\\n')\nprint('three', end='')" },
    });
    const written = (): string[] =>
      server.log.split("\n").flatMap((line) => {
        return line.includes('"prediction_id":"mine"') ? JSON.parse(line).fields.message : [];
      });
    await expect.poll(() => written().sort()).toEqual(["one", "three", "two"]);
  });

  test("what a prediction left running writes into the container's log", async () => {
    const code = "import threading\nprint('mine')\nthreading.Timer(0.2, lambda: print('too late')).start()";
    expect((await server.client.predict({ input: { do: code } })).logs).toBe("mine\n");
    const next = await server.client.predict({ input: { do: "time.sleep(0.5); print('next')" } });
    expect(next.logs).toBe("next\n");
    await server.logged('"message":"too late"');
  });
});

const ASYNC = `
import asyncio, logging, os
class Model:
    async def setup(self):
        self.left = []
    async def run(self, name: str = "") -> str:
        async def child(n):
            await asyncio.sleep(0.001 * n)
            print(f"{name} child {n}")
        print(f"{name} start")
        await asyncio.gather(*[child(n) for n in range(3)])
        await asyncio.get_running_loop().run_in_executor(None, print, f"{name} thread")
        os.write(1, f"raw {name}\\n".encode())
        self.left.append(asyncio.ensure_future(self.later(name)))
        print(f"{name} end", end="")
        return name
    async def later(self, name):
        await asyncio.sleep(0.1)
        print(name, "later", name)
`;

test("async: tasks and threads belong to their prediction, fd 1 to nobody when there are several slots", async () => {
  await serving({ model: ASYNC, env: { COG_MAX_CONCURRENCY: "16" } }, async ({ client }) => {
    const names = Array.from({ length: 48 }, (_, index) => `p${index}`);
    const one = async (name: string): Promise<void> => {
      const { logs } = await client.predict({ input: { name } });
      const children = [0, 1, 2].map((n) => `${name} child ${n}\n`).join("");
      expect(logs).toBe(`${name} start\n${children}${name} thread\n${name} end`);
    };
    for (let from = 0; from < names.length; from += 16) await Promise.all(names.slice(from, from + 16).map(one));
  });
});

test("async: what comes after the end, and what reaches fd 1, is in the container's log", async () => {
  await serving({ model: ASYNC, env: { COG_MAX_CONCURRENCY: "2" } }, async (server) => {
    await server.client.predict({ id: "x", input: { name: "x" } });
    await Promise.all([server.logged('"message":"x later x"'), server.logged('"message":"raw x"')]);
    const own = server.log.split("\n").filter((line) => line.includes('"prediction_id":"x"'));
    expect(own.join("\n")).not.toMatch(/later|raw/);
  });
});

test("async: lines that many print after their end, in pieces, stay whole", async () => {
  await serving({ model: ASYNC, env: { COG_MAX_CONCURRENCY: "64" } }, async (server) => {
    const names = Array.from({ length: 64 }, (_, index) => `p${index}`);
    await Promise.all(names.map((name) => server.client.predict({ input: { name } })));
    await Promise.all(names.map((name) => server.logged(`"message":"${name} later ${name}"`)));
  });
});
