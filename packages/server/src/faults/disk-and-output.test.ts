/** What a model writes too much of, or closes, and a disk that is full. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ModelServer, nothing, OBEDIENT, OBEDIENT_SCHEMA, Receiver, serving } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };

test("200 000 lines are all there, and nobody else waits for them", async () => {
  await serving(model, async (server) => {
    const answer = server.client.predict({ input: { do: "for n in range(200_000): print('line', n)" } });
    await server.logged('"message":"line 0"');
    const asked = performance.now();
    expect((await server.client.health()).status).toBe("BUSY");
    expect(performance.now() - asked).toBeLessThan(1000);
    const { status, logs = "" } = await answer;
    expect(status).toBe("succeeded");
    const lines = logs.split("\n");
    expect(lines).toHaveLength(200_001);
    expect(lines[199_999]).toBe("line 199999");
    expect((await server.client.predict({ input: { do: "print('next')" } })).logs).toBe("next\n");
  });
});

test("a line of 5 MiB is cut at 4 MiB and says so", async () => {
  await serving(model, async (server) => {
    const { logs = "" } = await server.client.predict({ input: { do: "print('x' * (5 << 20))" } });
    expect(logs).toHaveLength(4 * 1024 * 1024 + 1);
    expect(logs.endsWith("[**** LOG LINE TRUNCATED AT 4 MiB ****]\n")).toBe(true);
  });
});

const UNTIDY = [
  { name: "closes fd 1 and 2", do: "os.close(1); os.close(2)" },
  { name: "closes sys.stdout", do: "sys.stdout.close(); sys.stderr.close()" },
  { name: "changes the working directory", do: "os.chdir('/')" },
  { name: "replaces sys.stdout", do: "import io; sys.stdout = io.StringIO()" },
  {
    name: "forks a child that prints and lives on",
    do: "os.fork() or (print('child', flush=True), time.sleep(2), os._exit(0))",
  },
  { name: "forks twice", do: "os.fork() or (os.setsid(), os.fork() and os._exit(0), time.sleep(1), os._exit(0))" },
  {
    name: "starts a multiprocessing child",
    do: "import multiprocessing as m; p = m.get_context('fork').Process(target=print, args=('child',)); p.start(); p.join()",
  },
  {
    name: "takes over SIGTERM and SIGCHLD",
    do: "signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
  },
  { name: "raises SystemExit", do: "raise SystemExit(3)" },
  { name: "raises KeyboardInterrupt", do: "raise KeyboardInterrupt" },
  { name: "recurses without end", do: "def f(): f()\nf()" },
  { name: "returns a lone surrogate", do: "output = '\\ud800'" },
  { name: "returns NaN", do: "output = float('nan')" },
  { name: "returns bytes", do: "output = b'x'" },
  { name: "returns itself", do: "output = []; output.append(output)" },
];

describe("a model that misbehaves and lives on", () => {
  let server: ModelServer;
  beforeAll(async () => {
    server = await ModelServer.start(model);
  });
  afterAll(() => server.close());

  test.each(UNTIDY)("$name", async ({ do: what }) => {
    const answer = await server.client.predict({ input: { do: what } });
    expect(["succeeded", "failed"]).toContain(answer.status);
    if (answer.status === "failed") expect(answer.error).toMatch(/./);
    expect(answer.error ?? "").not.toContain("crashed");
    const next = {
      do: "sys.stdout = sys.stdout if hasattr(sys.stdout, '_flusher') else sys.stderr; print('still here')",
    };
    expect(await server.client.predict({ input: next })).toMatchObject({ output: "done", logs: "still here\n" });
    expect(await server.client.cancel("nobody")).toBe(false);
  });
});

const mayMount = canMount();

describe.skipIf(!mayMount)("a full disk for temporary files (needs the right to mount)", () => {
  let disk: string;
  let server: ModelServer;
  let remote: Receiver;

  beforeAll(async () => {
    disk = mkdtempSync(join(tmpdir(), "cog-full-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]);
    remote = await Receiver.start((_, response) => response.end(Buffer.alloc(4 << 20)));
    server = await ModelServer.start({ ...model, env: { TMPDIR: disk } });
  });
  afterAll(async () => {
    await server.close();
    remote.close();
    execFileSync("umount", [disk]);
    rmSync(disk, { recursive: true, force: true });
  });

  const tooMuch = "x".repeat(7 << 20);
  const FULL: readonly { name: string; input: () => Record<string, string>; error: RegExp }[] = [
    { name: "a download", input: () => ({ file: `${remote.url}/big.bin` }), error: /no space/i },
    { name: "a data URL", input: () => ({ file: `data:text/plain,${tooMuch}` }), error: /no space/i },
    { name: "an input for which the channel is too small", input: () => ({ do: `#${tooMuch}` }), error: /no space/i },
    {
      name: "an output for which the channel is too small",
      input: () => ({ do: "output = 'x' * (7 << 20)" }),
      error: /no space/i,
    },
    {
      name: "an output file in memory",
      input: () => ({ do: "import io; output = io.BytesIO(bytes(4 << 20))" }),
      error: /no space/i,
    },
  ];

  test.each(FULL)("$name fails its prediction, and the next one works", async ({ input, error }) => {
    const answer = await server.client.predict({ input: input() });
    expect(answer).toMatchObject({ status: "failed", error: expect.stringMatching(error) });
    expect((await server.client.predict({ input: {} })).output).toBe("done");
    expect((await server.client.health()).status).toBe("READY");
    await nothing("files of the prediction", () => contents(disk));
  });

  test("an output file for whose copy there is no room is read where it is, and stays", async () => {
    const make = "output = Path('big.txt'); output.write_text('x' * (4 << 20))";
    const { output } = await server.client.predict({ input: { do: make } });
    expect(output).toHaveLength("data:text/plain;base64,".length + Math.ceil((4 << 20) / 3) * 4);
    expect((await server.client.predict({ input: { do: "output = os.path.getsize('big.txt')" } })).output).toBe(
      4 << 20,
    );
    await nothing("files of the prediction", () => contents(disk));
  });

  test("not even room for a folder", async () => {
    writeFileSync(join(disk, "filler"), "");
    try {
      execFileSync("dd", ["if=/dev/zero", `of=${join(disk, "filler")}`, "bs=4096"], { stdio: "ignore" });
    } catch {
      // It is full now.
    }
    const answer = await server.client.predict({ input: { file: "data:text/plain,x" } });
    rmSync(join(disk, "filler"));
    expect(answer).toMatchObject({ status: "failed", error: expect.stringMatching(/no space/i) });
    expect((await server.client.predict({ input: { file: "data:text/plain,x" } })).output).toBe("done");
  });

  function contents(folder: string): string[] {
    return readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.includes("/"));
  }
});

test("a temporary folder that is gone fails what needs it, and nothing else", async () => {
  const server = await ModelServer.start(model);
  try {
    for (const name of readdirSync(server.temporary)) rmSync(join(server.temporary, name), { recursive: true });
    const needing = [
      { file: "data:text/plain,x" },
      { do: `#${"x".repeat(7 << 20)}` },
      { do: "output = 'x' * (7 << 20)" },
    ];
    for (const input of needing) {
      expect(await server.client.predict({ input })).toMatchObject({
        status: "failed",
        error: expect.stringMatching(/./),
      });
    }
    expect((await server.client.predict({ input: {} })).output).toBe("done");
  } finally {
    await server.close();
  }
});

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "cog-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], { stdio: "ignore" });
    execFileSync("umount", [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
