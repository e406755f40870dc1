/** Files in and out, through the front door. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ModelServer, Receiver, schemaOf } from "#testing";

const MODEL = `
import io, os, tempfile
from typing import List, Optional
from cog import BasePredictor, File, Input, Path

class Model(BasePredictor):
    def run(self, path: Optional[Path] = None, paths: Optional[List[Path]] = None, file: Optional[File] = None, make: str = ""):
        if path is not None:
            print(os.path.basename(path), path)
            return path.read_text()
        if paths is not None:
            return [p.read_text() for p in paths]
        if file is not None:
            return file.read().decode()
        if make == "items":
            return self.items()
        if make == "nested":
            return {"file": self.made("a b#.txt", "nested"), "n": 1}
        if make == "list":
            return [self.made("x/one.txt", "1"), self.made("y/one.txt", "2")]
        if make == "missing":
            return Path("/nowhere/out.png")
        if make == "handle":
            return io.BytesIO(b"bytes")
        if make == "long":
            return {"text": "é" * 100_000, "files": [self.made(f"{n}.txt", str(n) * 300_000) for n in range(3)]}
        if make == "big":
            return "x" * (9 * 1024 * 1024)
        return self.made(make, "hello")

    def items(self):
        for name in ("1.txt", "2.txt", "3.txt"):
            yield self.made(name, name)

    def made(self, name, text):
        file = Path(tempfile.mkdtemp()) / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        return file
`;

const optional = { nullable: true, required: false } as const;
const SCHEMA = schemaOf({
  streaming: true,
  inputs: [
    { name: "path", type: { kind: "path" }, ...optional },
    { name: "paths", type: { kind: "list", items: { kind: "path" } }, ...optional },
    { name: "file", type: { kind: "file" }, ...optional },
    { name: "make", type: { kind: "string" }, default: "" },
  ],
  output: { kind: "object" },
});

const HELLO = `data:text/plain;base64,${Buffer.from("hello").toString("base64")}`;

describe("without an upload URL", () => {
  let server: ModelServer;
  let web: Receiver;
  let nobody = "";

  beforeAll(async () => {
    web = await Receiver.start(({ path, headers }, response) => {
      if (path.startsWith("/missing")) response.writeHead(404).end();
      else if (path.startsWith("/packed"))
        response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync("packed"));
      else response.end(`${path} for ${headers["user-agent"]}`);
    });
    const gone = await Receiver.start();
    nobody = gone.url;
    gone.close();
    server = await ModelServer.start({ model: MODEL, schema: SCHEMA, env: { COG_USER_AGENT: "tester/1" } });
  });
  afterAll(async () => {
    await server.close();
    web.close();
  });

  const INPUTS = [
    { name: "base64", input: { path: HELLO }, output: "hello", logs: /^file\.txt / },
    { name: "percent-encoded", input: { path: "data:text/plain,h%C3%A9%20y" }, output: "hé y", logs: /^file\.txt / },
    { name: "percent signs alone", input: { path: "data:,5%1g 5% %25 é" }, output: "5%1g 5% % é", logs: /^file / },
    { name: "unknown type", input: { path: "data:application/x-nothing;base64,aGk=" }, output: "hi", logs: /^file / },
    { name: "empty", input: { path: "data:image/png;base64," }, output: "", logs: /^file\.png / },
    { name: "a list", input: { paths: [HELLO, HELLO] }, output: ["hello", "hello"], logs: /^$/ },
    { name: "File", input: { file: HELLO }, output: "hello", logs: /^$/ },
  ];

  test.each(INPUTS)("data URL: $name", async ({ input, output, logs }) => {
    const answer = await server.client.predict({ input });
    expect(answer).toMatchObject({ status: "succeeded", output, input });
    expect(answer.logs).toMatch(logs);
  });

  test("downloads keep the base name, and are removed afterwards", async () => {
    const { output, logs = "" } = await server.client.predict({
      input: { path: `${web.url}/a/photo%20one.jpg?size=1` },
    });
    expect(output).toBe("/a/photo%20one.jpg?size=1 for tester/1");
    expect(logs).toMatch(/^\w+photo one\.jpg /);
    const path = logs.slice(logs.indexOf(" /") + 1).trim();
    while (existsSync(path)) await new Promise(setImmediate);
  });

  test("a list is downloaded, in its order", async () => {
    const paths = Array.from({ length: 12 }, (_, index) => `${web.url}/${index}`);
    const { output } = await server.client.predict({ input: { paths } });
    expect(output).toEqual(paths.map((_, index) => `/${index} for tester/1`));
  });

  test("a compressed answer is unpacked", async () => {
    expect((await server.client.predict({ input: { path: `${web.url}/packed` } })).output).toBe("packed");
  });

  const FAILURES = [
    { name: "404", path: () => `${web.url}/missing`, error: "404" },
    { name: "nobody listens", path: () => `${nobody}/x`, error: "ECONNREFUSED" },
    { name: "no base64", path: () => "data:text/plain;base64,***", error: "base64" },
  ];

  test.each(FAILURES)("a download that fails is a failed prediction: $name", async ({ path, error }) => {
    const answer = await server.client.predict({ input: { path: path() } });
    expect(answer).toMatchObject({ status: "failed", error: expect.stringContaining(error) });
  });

  test.each(["/etc/hostname", "ftp://x/y", "file:///etc/passwd"])("%s is refused", async (path) => {
    await expect(server.client.predict({ input: { path } })).rejects.toMatchObject({
      status: 422,
      problems: [{ loc: ["body", "input", "path"] }],
    });
  });

  const OUTPUTS = [
    { make: "x.txt", output: HELLO },
    { make: "x.png", output: HELLO.replace("text/plain", "image/png") },
    { make: "x", output: HELLO.replace("text/plain", "application/octet-stream") },
    { make: "handle", output: `data:application/octet-stream;base64,${Buffer.from("bytes").toString("base64")}` },
    { make: "nested", output: { file: `data:text/plain;base64,${Buffer.from("nested").toString("base64")}`, n: 1 } },
  ];

  test.each(OUTPUTS)("output $make", async ({ make, output }) => {
    expect(await server.client.predict({ input: { make } })).toMatchObject({ status: "succeeded", output });
  });

  test("a missing output file fails, naming the path", async () => {
    const answer = await server.client.predict({ input: { make: "missing" } });
    expect(answer).toMatchObject({ status: "failed", error: expect.stringContaining("/nowhere/out.png") });
  });

  test("10 MiB go in, 9 MiB come out", async () => {
    const content = "y".repeat(10 * 1024 * 1024);
    const path = `data:text/plain;base64,${Buffer.from(content).toString("base64")}`;
    expect((await server.client.predict({ input: { path } })).output).toBe(content);
    expect((await server.client.predict({ input: { make: "big" } })).output).toBe("x".repeat(9 * 1024 * 1024));
    expect((await server.client.predict({ input: { make: "x".repeat(200) } })).status).toBe("succeeded");
  });

  test("a long value with files is the same for all who read it", async () => {
    const files = ["0", "1", "2"].map((digit) => Buffer.from(digit.repeat(300_000)).toString("base64"));
    const output = { text: "é".repeat(100_000), files: files.map((content) => `data:text/plain;base64,${content}`) };
    const input = { make: "long" };
    expect((await server.client.predict({ input })).output).toEqual(output);
    const { id } = await server.client.start({ input });
    await expect.poll(async () => (await server.client.look(id))?.output).toEqual(output);
    const told: unknown[] = [];
    for await (const { event, data } of server.client.stream({ input })) {
      if (event === "output") told.push(data.chunk);
      if (event === "completed") told.push(data.output);
    }
    expect(told).toEqual([output, output]);
  });

  test("a temporary file the model returned is gone after delivery", async () => {
    await server.client.predict({ input: { make: "x.txt" } });
    const [temporary = ""] = readdirSync(server.folder).filter((name) => name.startsWith("tmp-"));
    const files = (): string[] =>
      readdirSync(join(server.folder, temporary), { recursive: true, encoding: "utf8" }).filter((name) =>
        name.endsWith("x.txt"),
      );
    while (files().length > 0) await new Promise(setImmediate);
  });
});

describe("with an upload URL", () => {
  test("files are put below it in the model's order, with unique and escaped names", async () => {
    const store = await Receiver.start(({ path }, response) => {
      // The later ones are done first.
      const answer = (): void => void response.writeHead(201, { Location: `/kept${path}?token=1` }).end();
      setTimeout(answer, path.includes("1.txt") ? 50 : 0);
    });
    const server = await ModelServer.start({ model: MODEL, schema: SCHEMA, args: ["--upload-url", `${store.url}/up`] });
    try {
      const items = await server.client.predict({ id: "u1", input: { make: "items" } });
      expect(items.output).toEqual(["1", "2", "3"].map((name) => `${store.url}/kept/up/${name}.txt`));
      expect(store.received.find(({ path }) => path === "/up/1.txt")).toMatchObject({
        method: "PUT",
        body: "1.txt",
        headers: { "content-type": "text/plain", "content-length": "5", "x-prediction-id": "u1" },
      });
      const list = await server.client.predict({ input: { make: "list" } });
      expect(list.output).toEqual([`${store.url}/kept/up/one.txt`, `${store.url}/kept/up/one-1.txt`]);
      const nested = await server.client.predict({ input: { make: "nested" } });
      expect(nested.output).toEqual({ file: `${store.url}/kept/up/a%20b%23.txt`, n: 1 });
      const own = await server.client.predict({ input: { make: "x.txt" }, output_file_prefix: `${store.url}/own/` });
      expect(own.output).toBe(`${store.url}/kept/own/x.txt`);
    } finally {
      await server.close();
      store.close();
    }
  });

  test("redirects are followed with the body; a refusal fails the prediction", async () => {
    const store = await Receiver.start(({ path }, response) => {
      if (path.startsWith("/to/")) response.writeHead(307, { Location: path.replace("/to/", "/there/") }).end();
      else if (path.startsWith("/no/")) response.writeHead(500).end();
      else response.end();
    });
    const server = await ModelServer.start({ model: MODEL, schema: SCHEMA });
    try {
      const to = (place: string) => ({ input: { make: "x.txt" }, output_file_prefix: `${store.url}/${place}` });
      expect((await server.client.predict(to("to"))).output).toBe(`${store.url}/there/x.txt`);
      expect(store.received.at(-1)).toMatchObject({ path: "/there/x.txt", body: "hello" });
      expect(await server.client.predict(to("no"))).toMatchObject({
        status: "failed",
        error: "Failed to upload output: upload returned status 500 Internal Server Error",
      });
    } finally {
      await server.close();
      store.close();
    }
  });

  test("a cancel aborts uploads", async () => {
    const store = await Receiver.start(() => undefined);
    const server = await ModelServer.start({ model: MODEL, schema: SCHEMA, args: ["--upload-url", store.url] });
    try {
      const answer = server.client.predict({ id: "slow", input: { make: "x.txt" } });
      await store.until((received) => received.length > 0);
      expect((await server.client.health()).status).toBe("READY");
      expect(await server.client.cancel("slow")).toBe(true);
      expect((await answer).status).toBe("canceled");
    } finally {
      await server.close();
      store.close();
    }
  });
});
