/** Output files on their way to an upload URL: names, order, limits; and what followers of the prediction see of it. */
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { OBEDIENT, OBEDIENT_SCHEMA, Receiver, schemaOf, serving } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };
const STREAMING = schemaOf({ streaming: true, inputs: [{ name: "do", type: { kind: "string" }, default: "" }] });

/** Three files, of which the first takes longest to store. */
const THREE = `
def items():
    for name in ("1.txt", "2.txt", "3.txt"):
        Path(name).write_text(name)
        yield Path(name)
output = items()`;

/** Stores what it is sent; the lower the first digit of the name, the later it says so. */
async function store(): Promise<Receiver> {
  return Receiver.start(({ path }, response) => {
    const digit = Number(/(\d)[^/]*$/.exec(path)?.[1] ?? 9);
    setTimeout(() => response.writeHead(201).end(), (9 - digit) * 15);
  });
}

test("handles are numbered, their extension kept", async () => {
  const target = await store();
  await serving({ ...model, args: ["--upload-url", `${target.url}/up`] }, async ({ client }) => {
    const code = `
import io
text = open("notes.txt", "w+"); text.write("né")
named = io.BytesIO(b"x"); named.name = "pic.png"
output = [text, io.BytesIO(b"x"), named, io.StringIO("né")]`;
    const { output } = await client.predict({ input: { do: code } });
    expect(output).toEqual(["0.txt", "1.bin", "2.png", "3.bin"].map((name) => `${target.url}/up/${name}`));
    const types = Object.fromEntries(target.received.map(({ path, headers }) => [path, headers["content-type"]]));
    expect(types).toEqual({
      "/up/0.txt": "text/plain",
      "/up/1.bin": "application/octet-stream",
      "/up/2.png": "image/png",
      "/up/3.bin": "application/octet-stream",
    });
    expect(target.received.find(({ path }) => path === "/up/0.txt")?.body).toBe("né");
  });
  target.close();
});

test("names are escaped and kept apart, also between levels of a value and items of an iterator", async () => {
  const target = await store();
  await serving({ ...model, args: ["--upload-url", `${target.url}/`] }, async ({ client }) => {
    const code = `
def made(folder, name):
    os.makedirs(folder, exist_ok=True)
    path = Path(folder) / name
    path.write_text(folder)
    return path
output = {"a": made("x", "a b#?%.txt"), "b": [made("y", "a b#?%.txt"), {"c": made("z", "a b#?%.txt")}], "d": made("x", ".hidden"), "e": made("y", ".hidden"), "f": made("x", "né")}`;
    const { output } = await client.predict({ input: { do: code } });
    const at = (name: string): string => `${target.url}/${name}`;
    expect(output).toEqual({
      a: at("a%20b%23%3F%25.txt"),
      b: [at("a%20b%23%3F%25-1.txt"), { c: at("a%20b%23%3F%25-2.txt") }],
      d: at(".hidden"),
      e: at(".hidden-1"),
      f: at("n%C3%A9"),
    });
    const bodies = Object.fromEntries(target.received.map(({ path, body }) => [path, body]));
    expect(bodies["/a%20b%23%3F%25-1.txt"]).toBe("y");
    const twice = `
def items():
    for text in ("one", "two"):
        Path("same.txt").write_text(text)
        yield Path("same.txt")
output = items()`;
    const items = await client.predict({ input: { do: twice } });
    expect(items.output).toEqual([at("same.txt"), at("same-1.txt")]);
  });
  target.close();
});

test("the model's order holds in the answer, in streams and in webhooks, and uploads run side by side", async () => {
  let open = 0;
  let most = 0;
  const target = await Receiver.start(({ path }, response) => {
    most = Math.max(most, ++open);
    setTimeout(
      () => {
        open -= 1;
        response.end();
      },
      path.endsWith("1.txt") ? 150 : 50,
    );
  });
  const hooks = await Receiver.start();
  const urls = ["1", "2", "3"].map((name) => `${target.url}/${name}.txt`);
  await serving({ ...model, schema: STREAMING, args: ["--upload-url", target.url] }, async ({ client }) => {
    const chunks: unknown[] = [];
    for await (const { event, data } of client.stream({ input: { do: THREE } })) {
      if (event === "output") chunks.push(data.chunk);
      if (event === "completed") expect(data.output).toEqual(urls);
    }
    expect(chunks).toEqual(urls);
    expect(most).toBe(3);
    const webhook_events_filter = ["output", "completed"] as const;
    const answer = await client.predict({ input: { do: THREE }, webhook: hooks.url, webhook_events_filter });
    expect(answer.output).toEqual(urls);
    await hooks.until((all) => all.some(({ body }) => body.includes("succeeded")));
    const seen = hooks.received.map(({ body }) => JSON.parse(body).output);
    for (const output of seen) expect(output).toEqual(urls.slice(0, output.length));
  });
  target.close();
  hooks.close();
});

test("output_file_prefix wins over the flag, in async mode too", async () => {
  const [flag, own] = [await store(), await store()];
  const hooks = await Receiver.start();
  await serving({ ...model, args: ["--upload-url", flag.url] }, async ({ client }) => {
    const input = { do: "output = Path('x.txt'); output.write_text('x')" };
    const output_file_prefix = `${own.url}/mine?signed=1`;
    await client.start({ input, output_file_prefix, webhook: hooks.url, webhook_events_filter: ["completed"] });
    await hooks.until((all) => all.length > 0);
    expect(JSON.parse(hooks.received[0]?.body ?? "")).toMatchObject({ status: "succeeded" });
    expect([own.received.length, flag.received.length]).toEqual([1, 0]);
  });
  for (const receiver of [flag, own, hooks]) receiver.close();
});

const ANSWERS = [
  {
    name: "Location of another host",
    reply: { status: 201, location: "https://cdn.example/k/x.txt?sig=1" },
    output: "https://cdn.example/k/x.txt",
  },
  { name: "relative Location", reply: { status: 200, location: "../kept/x.txt" }, output: "ORIGIN/kept/x.txt" },
  { name: "no Location", reply: { status: 204 }, output: "ORIGIN/up/x.txt" },
  { name: "403", reply: { status: 403 }, error: "Failed to upload output: upload returned status 403 Forbidden" },
  {
    name: "a redirect without end",
    reply: { status: 307, location: "/up/x.txt" },
    error: "Failed to upload output: more than 10 redirects",
  },
] as const;

test.each(ANSWERS)("a target that answers with $name", async ({ reply, ...expected }) => {
  const target = await Receiver.start((_, response) => {
    response.writeHead(reply.status, "location" in reply ? { Location: reply.location } : {}).end();
  });
  await serving({ ...model, args: ["--upload-url", `${target.url}/up`] }, async ({ client }) => {
    const answer = await client.predict({ input: { do: "output = Path('x.txt'); output.write_text('x')" } });
    if ("error" in expected) expect(answer).toMatchObject({ status: "failed", error: expected.error });
    else expect(answer.output).toBe(expected.output.replace("ORIGIN", target.url));
  });
  target.close();
});

test("an upload that takes longer than COG_UPLOAD_TIMEOUT fails its prediction", async () => {
  const target = await Receiver.start(() => undefined);
  const env = { COG_UPLOAD_TIMEOUT: "0.3" };
  await serving({ ...model, env, args: ["--upload-url", target.url] }, async ({ client }) => {
    const answer = await client.predict({ input: { do: THREE } });
    expect(answer).toMatchObject({
      status: "failed",
      error: "Failed to upload output: it took longer than 0.3 s (COG_UPLOAD_TIMEOUT)",
    });
    expect((await client.predict({ input: {} })).output).toBe("done");
  });
  target.close();
});

test("copies of handles are removed after an upload, after a refused one, and after a cancel", async () => {
  const target = await Receiver.start(({ headers }, response) => {
    if (headers["x-prediction-id"] === "no") response.writeHead(500).end();
    if (headers["x-prediction-id"] === "yes") response.end();
  });
  await serving({ ...model, args: ["--upload-url", target.url] }, async (server) => {
    const input = { do: "import io; output = io.BytesIO(b'x')" };
    const copies = (): string[] => readdirSync(server.temporary, { recursive: true, encoding: "utf8" });
    const before = copies().length;
    expect((await server.client.predict({ id: "yes", input })).status).toBe("succeeded");
    expect((await server.client.predict({ id: "no", input })).status).toBe("failed");
    const waiting = server.client.predict({ id: "waits", input });
    await target.until((all) => all.length === 3);
    expect(copies().length).toBeGreaterThan(before);
    await server.client.cancel("waits");
    expect(await waiting).toMatchObject({ status: "canceled" });
    await expect.poll(() => copies().length).toBe(before);
  });
  target.close();
});

test("of many files so many are on their way at a time, and the first that is refused ends the others", async () => {
  let open = 0;
  let most = 0;
  const target = await Receiver.start(({ path }, response) => {
    open += 1;
    most = Math.max(most, open);
    const delay = path.endsWith("/no-0.txt") ? 0 : 50;
    setTimeout(() => {
      open -= 1;
      response.writeHead(path.endsWith("/no-0.txt") ? 403 : 200).end();
    }, delay);
  });
  await serving({ ...model, args: ["--upload-url", target.url] }, async ({ client }) => {
    const many = (stem: string) => `
output = []
for index in range(100):
    output.append(Path(f"${stem}-{index}.txt"))
    output[-1].write_text("x")`;
    const { output } = await client.predict({ input: { do: many("yes") } });
    expect(output).toEqual(Array.from({ length: 100 }, (_, index) => `${target.url}/yes-${index}.txt`));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(32);
    const before = target.received.length;
    const refused = await client.predict({ input: { do: many("no") } });
    expect(refused.error).toBe("Failed to upload output: upload returned status 403 Forbidden");
    expect(target.received.length - before).toBeLessThan(100);
  });
  target.close();
});

test("an id that no header can hold is sent percent-encoded", async () => {
  const target = await store();
  await serving({ ...model, args: ["--upload-url", target.url] }, async ({ client }) => {
    await client.predict({ id: "né\n", input: { do: "output = Path('x.txt'); output.write_text('')" } });
    expect(target.received[0]).toMatchObject({ body: "", headers: { "x-prediction-id": "n%C3%A9%0A" } });
  });
  target.close();
});

/** What the process has open below these folders. */
function openFiles(pid: number, folders: readonly string[]): readonly string[] {
  const links = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return []; // Closed meanwhile.
    }
  });
  return links.filter((path) => folders.some((folder) => path.startsWith(folder)));
}

test.skipIf(!existsSync("/proc/self/fd"))("no file stays open whose receiver is not there", async () => {
  const target = await Receiver.start();
  target.close();
  await serving({ ...model, args: ["--upload-url", target.url] }, async ({ client, pid, folder, temporary }) => {
    // A small one would be read, and closed, before anybody is asked for a connection.
    const code = "output = Path('x.bin'); output.write_bytes(bytes(8 << 20))";
    for (const _ of [1, 2, 3]) {
      const { error } = await client.predict({ input: { do: code } });
      expect(error).toMatch(/^Failed to upload output: /);
    }
    await expect.poll(() => openFiles(pid, [folder, temporary]), { timeout: 60_000 }).toEqual([]);
  });
});
