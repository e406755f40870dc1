/** What a model wrote is read to its end, by whatever way it came, and also when its worker ended right after. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { type ModelServer, OBEDIENT, OBEDIENT_SCHEMA, processesWith, schemaOf, serving, until } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };
const STREAMING = schemaOf({ streaming: true, inputs: [{ name: "do", type: { kind: "string" }, default: "" }] });

/** Counts what it has sent; more than fits between a model and a client who does not read. */
const MORE_THAN_FITS = `
sent = os.open("sent", os.O_CREAT | os.O_WRONLY)
def items():
    for n in range(500):
        yield "x" * 20000
        os.write(sent, b".")
        time.sleep(0.001)
    time.sleep(60)
output = items()`;

test("a worker that is killed while a slow reader has its channel paused: all it sent is shown", async () => {
  await serving({ model: OBEDIENT, schema: STREAMING }, async (server) => {
    const response = await server.post(
      "/predictions",
      { input: { do: MORE_THAN_FITS } },
      { Accept: "text/event-stream" },
    );
    const sent = await heldUp(join(server.folder, "sent"));
    process.kill(workerOf(server), "SIGKILL");
    await server.logged("worker died");
    const text = await response.text();
    expect(text.match(/^event: output/gm)?.length).toBeGreaterThanOrEqual(sent);
    expect(/"error":"([^"]*)"/.exec(text)?.[1]).toContain("killed by SIGKILL");
    await until(server, "READY");
    expect(await server.client.predict({ input: {} })).toMatchObject({ output: "done" });
  });
});

/** The number in the file, once it no longer grows. */
async function heldUp(path: string): Promise<number> {
  for (let before = 0; ; ) {
    await wait(250);
    const now = readFileSync(path).length;
    if (now > 0 && now === before) return now;
    before = now;
  }
}

function workerOf(server: ModelServer): number {
  const all = processesWith(server.folder);
  const found = all.find(({ parent }) => parent !== server.pid && all.some(({ pid }) => pid === parent));
  if (found === undefined) throw new Error("no worker");
  return found.pid;
}

/** By number of the prediction, so that what belongs to another one shows. */
const RAW = [
  {
    name: "C code",
    say: (n: number) => `os.write(1, b"raw ${n}\\n" * 40)`,
    logs: (n: number) => `raw ${n}\n`.repeat(40),
  },
  {
    name: "C code, without a newline",
    say: (n: number) => `os.write(2, b"raw ${n}")`,
    logs: (n: number) => `raw ${n}`,
  },
  {
    name: "more than a pipe holds",
    say: (n: number) => `os.write(1, b"${n % 10}" * 300_000)`,
    logs: (n: number) => String(n % 10).repeat(300_000),
  },
  { name: "a child", say: (n: number) => `os.system("echo raw ${n}")`, logs: (n: number) => `raw ${n}\n` },
] as const;

/** The first worker's output is a pipe, that of all others a socket. */
const LIVES = [
  { name: "the first worker", env: {}, restarted: false },
  { name: "a restarted worker", env: {}, restarted: true },
  { name: "two workers", env: { COG_WORKERS: "2" }, restarted: false },
] as const;

test.each(LIVES)(
  "what reaches fd 1 and 2 is all there, and in its own prediction: $name",
  async ({ env, restarted }) => {
    await serving({ ...model, env }, async (server) => {
      if (restarted) {
        await server.client.predict({ input: { do: "os._exit(1)" } });
        await until(server, "READY");
      }
      const slots = "COG_WORKERS" in env ? 2 : 1;
      await expect.poll(async () => (await server.client.health()).concurrency?.max).toBe(slots);
      const client = async (from: number): Promise<void> => {
        for (let n = from; n < 400; n += slots) {
          const { say, logs } = RAW[n % 10 === 0 ? (n / 10) % RAW.length : n % 2] ?? RAW[0];
          const answer = await server.client.predict({ input: { do: say(n) } });
          expect(answer.logs, String(n)).toBe(logs(n));
        }
      };
      await Promise.all(Array.from({ length: slots }, (_, from) => client(from)));
    });
  },
);

test("what setup wrote to fd 1 is in its logs, of the first worker and of the next", async () => {
  const noisy = OBEDIENT.replace('print("setting up")', 'os.write(1, b"raw\\n" * 5000); os.system("echo child")');
  await serving({ ...model, model: noisy }, async (server) => {
    for (let life = 0; life < 2; life += 1) {
      const { setup } = await until(server, "READY");
      expect(setup?.logs?.match(/^raw$/gm)).toHaveLength(5000);
      expect(setup?.logs).toContain("child\n");
      await server.client.predict({ input: { do: "os._exit(1)" } });
    }
  });
});

const SUDDEN = [
  { name: "SIGKILL", end: "os.kill(os.getpid(), signal.SIGKILL)" },
  { name: "a null pointer", end: "ctypes.string_at(0)" },
  { name: "abort() of C", end: "ctypes.CDLL(None).abort()" },
  { name: "_exit() of C", end: "ctypes.CDLL(None)._exit(3)" },
];

test.each(SUDDEN)("lines printed right before $name are in the logs", async ({ end }) => {
  await serving(model, async (server) => {
    const code = `time.sleep(0.05)\nfor word in ("these", "are", "last", "words"): print(word)\n${end}`;
    const { status, logs } = await server.client.predict({ input: { do: code } });
    expect(status).toBe("failed");
    expect(logs).toMatch(/^these\nare\nlast\nwords\n/);
    await until(server, "READY");
  });
});

test("lines are seen while C code holds the interpreter", async () => {
  const code = `
print("one"); print("two")
mutex, c = ctypes.create_string_buffer(64), ctypes.PyDLL(None)
c.pthread_mutex_lock(mutex)
c.pthread_mutex_timedlock(mutex, (ctypes.c_long * 2)(int(time.time()) + 4, 0))`;
  await serving(model, async (server) => {
    const answer = server.client.predict({ id: "x", input: { do: code } });
    await expect.poll(async () => (await server.client.look("x"))?.logs).toBe("one\ntwo\n");
    expect((await server.client.health()).status).toBe("BUSY");
    expect(await answer).toMatchObject({ status: "succeeded", logs: "one\ntwo\n" });
  });
});

test("printing from a signal handler and from destructors, in the middle of printing, harms nothing", async () => {
  const code = `
import gc
class Loud:
    def __init__(self): self.me = self
    def __del__(self): print("gone\\n", end="")
signal.signal(signal.SIGALRM, lambda *_: print("tick\\n", end=""))
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
gc.set_threshold(5)
until = time.time() + 1
n = 0
while time.time() < until:
    Loud()
    print(f"line {n}\\n", end="")
    n += 1
    if n % 100 == 0: time.sleep(0.01)
signal.setitimer(signal.ITIMER_REAL, 0)
gc.set_threshold(700)
output = n`;
  await serving(model, async ({ client }) => {
    const { output, logs = "", error } = await client.predict({ input: { do: code } });
    expect(error).toBeUndefined();
    expect(logs.match(/line \d+/g)).toHaveLength(Number(output));
    expect(logs).toContain("tick");
    expect(logs).toContain("gone");
    expect((await client.predict({ input: { do: "print('next')" } })).logs).toBe("next\n");
  });
});

test("cancels while a model prints all the time: none is lost, none breaks the channel", async () => {
  await serving(model, async (server) => {
    for (let round = 0; round < 20; round += 1) {
      const id = `loud-${round}`;
      const answer = server.client.predict({ id, input: { do: "while True: print('x' * 50); time.sleep(0.0001)" } });
      await server.logged(`"prediction_id":"${id}"`);
      await wait(round);
      expect(await server.client.cancel(id)).toBe(true);
      const { status, logs = "" } = await answer;
      expect(status).toBe("canceled");
      expect(logs.replaceAll(`${"x".repeat(50)}\n`, "")).toMatch(/^x*$/);
    }
    expect((await server.client.predict({ input: {} })).output).toBe("done");
  });
});
