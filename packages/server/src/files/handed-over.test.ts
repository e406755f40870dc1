/** A file is what it was when the model handed it over, whatever the model does with its name afterwards. */
import { existsSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { OBEDIENT, OBEDIENT_SCHEMA, Receiver, serving } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };

const WAYS = [
  { name: "overwritten", step: `path = Path("same.txt"); path.write_text(text)\n        yield path` },
  {
    name: "overwritten, in the temporary folder",
    step: `path = Path(os.environ["TMPDIR"]) / "same.txt"; path.write_text(text)\n        yield path`,
  },
  {
    name: "removed",
    step: `\n        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:\n            file.write(text); file.flush()\n            yield Path(file.name)`,
  },
  { name: "written on", step: `file.write(text)\n        yield file\n        file.seek(0); file.truncate()` },
];

test.each(WAYS)("a yielded file that is $name right after", async ({ step }) => {
  const code = `
import tempfile
def items():
    file = open("handle.txt", "w+")
    for n in range(5):
        text = str(n) * 200_000
        ${step}
output = items()`;
  await serving(model, async (server) => {
    for (let round = 0; round < 3; round += 1) {
      const { output, error } = await server.client.predict({ input: { do: code } });
      expect(error).toBeUndefined();
      expect((output as string[]).map(contentOf)).toEqual([0, 1, 2, 3, 4].map((n) => String(n).repeat(200_000)));
    }
    expect(existsSync(`${server.temporary}/same.txt`)).toBe(false);
  });
});

test.each([
  { name: "the working directory", path: `Path("out.txt")` },
  { name: "the temporary folder", path: `Path(os.environ["TMPDIR"]) / "out.txt"` },
])("a file in $name that the next prediction overwrites while it is uploaded", async ({ path }) => {
  const holding: (() => void)[] = [];
  const target = await Receiver.start((_, response) => holding.push(() => response.end()));
  await serving({ ...model, args: ["--upload-url", target.url] }, async (server) => {
    const make = (n: number): string => `output = ${path}; output.write_text("${n}" * 500_000)`;
    const answers = [];
    for (let n = 0; n < 3; n += 1) {
      answers.push(server.client.predict({ id: `p${n}`, input: { do: make(n) } }));
      await expect.poll(async () => (await server.client.health()).concurrency?.current).toBe(0);
      await target.until((all) => all.length === n + 1);
    }
    for (const answer of holding) answer();
    for (const answer of await Promise.all(answers)) expect(answer.status).toBe("succeeded");
    expect(target.received.map(({ body }) => body)).toEqual([0, 1, 2].map((n) => String(n).repeat(500_000)));
  });
  target.close();
});

test("8 MiB come out of a file, an open handle and a value alike", async () => {
  await serving(model, async ({ client }) => {
    const code = `
import io
text = "x" * (8 << 20)
path = Path(os.environ["TMPDIR"]) / "big.txt"; path.write_text(text)
handle = io.StringIO(text)
output = [path, {"inside": path}, handle, text]`;
    const [path, inside, handle, text] = (await client.predict({ input: { do: code } })).output as [
      string,
      { inside: string },
      string,
      string,
    ];
    const expected = "x".repeat(8 << 20);
    for (const url of [path, inside.inside, handle]) expect(contentOf(url) === expected).toBe(true);
    expect(text === expected).toBe(true);
  });
});

test("the same file at two places", async () => {
  await serving(model, async ({ client }) => {
    const code = `path = Path(os.environ["TMPDIR"]) / "twice.txt"; path.write_text("x"); output = {"a": path, "b": [path]}`;
    expect((await client.predict({ input: { do: code } })).output).toEqual({
      a: "data:text/plain;base64,eA==",
      b: ["data:text/plain;base64,eA=="],
    });
  });
});

test("nothing stays of the files that were ready when another was missing", async () => {
  await serving(model, async (server) => {
    const before = readdirSync(server.temporary, { recursive: true }).length;
    const code = `import io; path = Path(os.environ["TMPDIR"]) / "ready.txt"; path.write_text("x"); output = [path, io.BytesIO(b"x"), Path("/nowhere")]`;
    expect(await server.client.predict({ input: { do: code } })).toMatchObject({
      status: "failed",
      error: expect.stringContaining("/nowhere"),
    });
    expect(readdirSync(server.temporary, { recursive: true })).toHaveLength(before);
  });
});

function contentOf(url: string): string {
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64").toString();
}
