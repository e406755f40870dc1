/** Output files that are too much to be held at once, as data URLs: read from disk while they are sent, wherever they are shown. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ModelServer, nothing, OBEDIENT, Receiver, schemaOf } from "#testing";

const MIB = 1024 * 1024;
const PATIENCE_MS = 120_000;
const schema = schemaOf({ streaming: true, inputs: [{ name: "do", type: { kind: "string" }, default: "" }] });
let server: ModelServer;

beforeAll(async () => {
  server = await ModelServer.start({ model: OBEDIENT, schema });
});
afterAll(() => server.close());

/** Together more than is held; the sizes leave each remainder of three. */
const MADE = `
import hashlib
def made(index):
    path = Path(f"{index}.bin")
    path.write_bytes(bytes(range(251)) * 4176 * 10 + b"x" * index)
    print(hashlib.sha256(path.read_bytes()).hexdigest())
    return path
def items():
    for index in range(3):
        yield made(index)
`;
const SHAPES = [
  { shape: "a list", code: `${MADE}output = [made(0), made(1), made(2)]`, of: (output: unknown) => output },
  { shape: "an iterator", code: `${MADE}output = items()`, of: (output: unknown) => output },
  {
    shape: "an object",
    code: `${MADE}output = {"a": made(0), "b": [1, made(1)], "c": made(2)}`,
    of: (output: unknown) => {
      const { a, b, c } = output as { a: string; b: [number, string]; c: string };
      return [a, b[1], c];
    },
  },
] as const;

/** Of what data URLs hold. */
function digests(urls: unknown): string[] {
  return (urls as string[]).map((url) => {
    const [head, content = ""] = url.split(",");
    expect(head).toBe("data:application/octet-stream;base64");
    return createHash("sha256").update(Buffer.from(content, "base64")).digest("hex");
  });
}

/** Where the worker has put files out of the model's reach. */
function copies(): readonly string[] {
  return readdirSync(server.temporary, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("file-"));
}

/** Nothing of them stays once everybody has them. */
async function nothingLeft(): Promise<void> {
  await nothing("temporary files", copies);
}

test.each(SHAPES)(
  "$shape of files: the answer, the stream and the webhooks have all of them",
  async ({ code, of }) => {
    const answer = await server.client.predict({ input: { do: code } });
    const expected = answer.logs?.trim().split("\n");
    expect(expected).toHaveLength(3);
    expect(digests(of(answer.output))).toEqual(expected);
    await nothingLeft();

    const hooks = await Receiver.start();
    const chunks: unknown[] = [];
    const webhook = { webhook: hooks.url, webhook_events_filter: ["completed"] as const };
    for await (const { event, data } of server.client.stream({ input: { do: code }, ...webhook })) {
      if (event === "output") chunks.push(data.chunk);
      if (event === "completed") expect(digests(of(data.output))).toEqual(expected);
    }
    expect(digests(chunks.length === 1 ? of(chunks[0]) : chunks)).toEqual(expected);
    await hooks.until((all) => all.length > 0);
    expect(digests(of(JSON.parse(hooks.received[0]?.body ?? "").output))).toEqual(expected);
    hooks.close();
    await nothingLeft();
  },
  PATIENCE_MS,
);

test(
  "those who look while it runs see what there is, and the files go with its end",
  async () => {
    const code = `${MADE}
def endless():
    yield from items()
    while True:
        time.sleep(0.01)
output = endless()`;
    const id = "looked-at";
    const input = { do: code };
    await server.client.start({ id, input });
    const seen = async (): Promise<number> => ((await look(id)).output as unknown[] | undefined)?.length ?? 0;
    await expect.poll(seen, { timeout: 60_000 }).toBe(3);
    const { output, logs } = await look(id);
    expect(digests(output)).toEqual(logs?.trim().split("\n"));
    expect(copies()).toHaveLength(3);
    await server.client.cancel(id);
    const status = async (): Promise<number> => {
      const response = await server.request("GET", `/predictions/${id}`);
      await response.arrayBuffer(); // An answer that is left unread keeps its files.
      return response.status;
    };
    await expect.poll(status).toBe(404);
    await nothingLeft();
  },
  PATIENCE_MS,
);

async function look(id: string): Promise<{ readonly output?: unknown; readonly logs?: string }> {
  return (await (await server.request("GET", `/predictions/${id}`)).json()) as { output?: unknown; logs?: string };
}

test(
  "a client that goes away in the middle leaves nothing behind",
  async () => {
    const body = JSON.stringify({ input: { do: `${MADE}output = [made(0), made(1), made(2)]` } });
    const headers = { "Content-Type": "application/json", "Content-Length": body.length };
    await new Promise<void>((resolve, reject) => {
      const asking = request(`${server.url}/predictions`, { method: "POST", headers }, (response) => {
        response.once("data", () => {
          response.destroy();
          resolve();
        });
      });
      asking.on("error", reject).end(body);
    });
    await nothingLeft();
    expect((await server.client.predict({ input: {} })).output).toBe("done");
  },
  PATIENCE_MS,
);

/** Of the process, at its highest. */
function peakMiB(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

test.skipIf(!existsSync("/proc/self/status"))(
  "600 MiB need no more memory than a part of that, though no string could hold them",
  async () => {
    const own = await ModelServer.start({ model: OBEDIENT, schema });
    const code = `
def items():
    for index in range(6):
        with open(f"{index}.bin", "wb") as file:
            file.truncate(100 << 20)
        yield Path(f"{index}.bin")
output = items()`;
    const response = await own.post("/predictions", { input: { do: code } });
    let bytes = 0;
    for await (const chunk of response.body ?? []) bytes += chunk.length;
    expect(bytes).toBe(Number(response.headers.get("content-length")));
    expect(bytes).toBeGreaterThan(800 * MIB);
    expect(peakMiB(own.pid)).toBeLessThan(400);
    await own.close();
  },
  PATIENCE_MS,
);
