/** Which files a server removes, and when. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ModelServer, OBEDIENT, OBEDIENT_SCHEMA, Receiver, serving } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };

const MINE = `
import tempfile
def made(folder):
    path = Path(folder) / f"cog-test-{os.urandom(6).hex()}.txt"
    path.write_text("x")
    print(path)
    return path
`;

const ROWS = [
  {
    name: "made below the temporary folder during the prediction",
    run: "output = made(tempfile.gettempdir())",
    kept: false,
  },
  { name: "the same in a folder of its own", run: "output = made(tempfile.mkdtemp())", kept: false },
  { name: "the same, inside a value", run: "output = {'x': [made(tempfile.gettempdir())]}", kept: false },
  { name: "the same, of an iterator", run: "output = iter([made(tempfile.gettempdir())])", kept: false },
  { name: "made elsewhere", run: "output = made(os.getcwd())", kept: true },
  {
    name: "made elsewhere, named by a link below the temporary folder",
    run: "link = Path(tempfile.gettempdir()) / os.urandom(6).hex()\nlink.symlink_to(made(os.getcwd()))\noutput = link",
    kept: true,
  },
  { name: "not returned", run: "made(tempfile.gettempdir())", kept: true },
] as const;

test.each(ROWS)("a file $name: kept is $kept", async ({ run, kept }) => {
  const server = await ModelServer.start(model);
  try {
    const { status, logs = "" } = await server.client.predict({ input: { do: MINE + run } });
    expect(status).toBe("succeeded");
    if (kept) await server.stop();
    await expect.poll(() => existsSync(logs.trim())).toBe(kept);
  } finally {
    await server.close();
  }
});

test("a file below the temporary folder that was there before the prediction is kept", async () => {
  const early = OBEDIENT.replace(
    'print("setting up")',
    "import tempfile; self.early = Path(tempfile.gettempdir()) / 'early.txt'; self.early.write_text('x'); time.sleep(0.2)",
  );
  const server = await ModelServer.start({ ...model, model: early });
  try {
    for (let round = 0; round < 2; round += 1) {
      expect((await server.client.predict({ input: { do: "output = self.early" } })).status).toBe("succeeded");
    }
    await server.stop();
    expect(readFileSync(join(server.temporary, "early.txt"), "utf8")).toBe("x");
  } finally {
    await server.close();
  }
});

test("a returned file is removed when the upload has ended, whatever came of it", async () => {
  const target = await Receiver.start(({ path }, response) =>
    response.writeHead(path.startsWith("/no") ? 500 : 200).end(),
  );
  await serving(model, async ({ client }) => {
    for (const place of ["yes", "no"]) {
      const output_file_prefix = `${target.url}/${place}`;
      const input = { do: `${MINE}output = made(tempfile.gettempdir())` };
      const { status, logs = "" } = await client.predict({ input, output_file_prefix });
      expect(status).toBe(place === "yes" ? "succeeded" : "failed");
      await expect.poll(() => existsSync(logs.trim())).toBe(false);
    }
  });
  target.close();
});

test("everything is below TMPDIR, in one folder that goes at the end, and nothing in it outlives a prediction", async () => {
  const place = mkdtempSync(join(tmpdir(), "cog-place-"));
  mkdirSync(join(place, "own"));
  const server = await ModelServer.start({ ...model, env: { TMPDIR: join(place, "own") } });
  try {
    const code = "import io; print(file); output = [io.BytesIO(b'x' * (7 << 20)), 'x' * (7 << 20)]";
    const { logs = "" } = await server.client.predict({
      input: { do: `${code} #${"x".repeat(7 << 20)}`, file: "data:,x" },
    });
    expect(logs).toContain(join(place, "own"));
    const [root = "", ...others] = readdirSync(join(place, "own"));
    expect(others).toEqual([]);
    await expect.poll(() => readdirSync(join(place, "own", root))).toEqual([]);
    await server.stop();
    expect(readdirSync(join(place, "own"))).toEqual([]);
  } finally {
    await server.close();
    rmSync(place, { recursive: true });
  }
});
