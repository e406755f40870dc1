/** Input URLs: what they may cost, where they may lead, and what stays of them. */
import { existsSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OBEDIENT, Receiver, schemaOf, serving } from "#testing";

const optional = { nullable: true, required: false } as const;
const MODEL = OBEDIENT.replace("file: Path = None)", "file: Path = None, files: list = None, handle: File = None)")
  .replace("file=file,", "file=file, files=files, handle=handle,")
  .replace("files: list", "files: List[Path]")
  .replace("import ctypes", "from typing import List\nimport ctypes");
const SCHEMA = schemaOf({
  inputs: [
    { name: "do", type: { kind: "string" }, default: "" },
    { name: "file", type: { kind: "path" }, ...optional },
    { name: "files", type: { kind: "list", items: { kind: "path" } }, ...optional },
    { name: "handle", type: { kind: "file" }, ...optional },
  ],
  output: { kind: "object" },
});
const model = { model: MODEL, schema: SCHEMA };
const READ = "output = (file or handle).read_text() if file else handle.read().decode()";

let web: Receiver;
let elsewhere: Receiver;

beforeAll(async () => {
  elsewhere = await Receiver.start((_, response) => response.end("from elsewhere"));
  web = await Receiver.start(({ path }, response) => {
    if (path === "/never") return;
    if (path === "/drip") {
      response.write("one");
      return;
    }
    if (path === "/loop") response.writeHead(302, { Location: "/loop" }).end();
    else if (path === "/away") response.writeHead(302, { Location: `${elsewhere.url}/there` }).end();
    else if (path.startsWith("/hops/")) {
      const left = Number(path.slice("/hops/".length));
      if (left === 0) response.end("arrived");
      else response.writeHead(left % 2 === 0 ? 301 : 307, { Location: `/hops/${left - 1}` }).end();
    } else if (path === "/file-url") response.writeHead(302, { Location: "file:///etc/passwd" }).end();
    else if (path === "/bomb")
      response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync(Buffer.alloc(5000)));
    else if (path.startsWith("/bytes/")) response.end("x".repeat(Number(path.slice("/bytes/".length))));
    else response.end(path);
  });
});
afterAll(() => {
  web.close();
  elsewhere.close();
});

describe("redirects", () => {
  const ROWS = [
    { name: "several", path: "/hops/5", answer: { status: "succeeded", output: "arrived" } },
    { name: "to another host", path: "/away", answer: { status: "succeeded", output: "from elsewhere" } },
    { name: "in a circle", path: "/loop", answer: { status: "failed", error: expect.stringContaining("redirect") } },
    { name: "to a file of the server", path: "/file-url", answer: { status: "failed", error: expect.any(String) } },
  ];

  test("are followed, and end somewhere", async () => {
    await serving(model, async ({ client }) => {
      for (const { name, path, answer } of ROWS) {
        expect(await client.predict({ input: { do: READ, file: web.url + path } }), name).toMatchObject(answer);
      }
    });
  });
});

describe("limits", () => {
  const size = { COG_DOWNLOAD_MAX_BYTES: "1000" };
  const time = { COG_DOWNLOAD_TIMEOUT: "0.5" };
  const ROWS = [
    { path: "/bytes/1001", env: size, error: "larger than 1000 bytes (COG_DOWNLOAD_MAX_BYTES)" },
    { path: "/bomb", env: size, error: "larger than 1000 bytes (COG_DOWNLOAD_MAX_BYTES)" },
    { path: "/never", env: time, error: "longer than 0.5 s (COG_DOWNLOAD_TIMEOUT)" },
    { path: "/drip", env: time, error: "longer than 0.5 s (COG_DOWNLOAD_TIMEOUT)" },
  ];

  test.each(ROWS)("$env: $path is refused, for Path and for File", async ({ path, env, error }) => {
    await serving({ ...model, env }, async ({ client }) => {
      for (const name of ["file", "handle"]) {
        const answer = await client.predict({ input: { do: READ, [name]: web.url + path } });
        expect(answer).toMatchObject({ status: "failed", error: expect.stringContaining(error) });
      }
      expect((await client.predict({ input: {} })).output).toBe("done");
    });
  });

  test("what is just small enough passes", async () => {
    await serving({ ...model, env: size }, async ({ client }) => {
      const answer = await client.predict({ input: { do: READ, file: `${web.url}/bytes/1000` } });
      expect(answer).toMatchObject({ status: "succeeded", output: "x".repeat(1000) });
    });
  });

  test("a name and a password of a URL are used, and not repeated in an error", async () => {
    await serving({ ...model, env: size }, async ({ client }) => {
      const url = (path: string): string => `${web.url.replace("//", "//me:hush@")}${path}`;
      expect((await client.predict({ input: { do: READ, file: url("/x") } })).output).toBe("/x");
      expect(web.received.at(-1)?.headers.authorization).toBe(`Basic ${btoa("me:hush")}`);
      const { error } = await client.predict({ input: { do: READ, file: url("/bytes/2000") } });
      expect(error).toContain("/bytes/2000 could not be downloaded");
      expect(error).not.toContain("hush");
    });
  });
});

test("a metadata service is no place for inputs, wherever a redirect leads", async () => {
  const way = await Receiver.start((_, response) => {
    response.writeHead(302, { Location: "http://169.254.169.254/latest/meta-data/" }).end();
  });
  await serving(model, async ({ client }) => {
    for (const file of ["http://169.254.169.254/latest/meta-data/", "http://[::ffff:a9fe:a9fe]/", `${way.url}/x`]) {
      const answer = await client.predict({ input: { do: READ, file } });
      expect(answer, file).toMatchObject({ status: "failed", error: expect.stringContaining("surroundings") });
    }
  });
  way.close();
});

describe("COG_INPUT_HOSTS", () => {
  test("is all that inputs may come from, for Path and for File, redirects included", async () => {
    const { host } = new URL(web.url);
    const way = await Receiver.start(({ path }, response) => {
      const to = path === "/inside" ? `${web.url}/x` : "http://localhost:1/x";
      response.writeHead(302, { Location: to }).end();
    });
    const env = { COG_INPUT_HOSTS: `${host}, ${new URL(way.url).host},*.example.com` };
    await serving({ ...model, env }, async (server) => {
      for (const name of ["file", "handle"]) {
        const ask = (url: string) => server.client.predict({ input: { do: READ, [name]: url } });
        expect((await ask(`${web.url}/x`)).output).toBe("/x");
        expect((await ask(`${way.url}/inside`)).output).toBe("/x");
        expect((await ask(`${way.url}/outside`)).error).toContain("localhost:1, which COG_INPUT_HOSTS does not name");
        expect((await ask("data:,here")).output).toBe("here");
        for (const url of [
          web.url.replace("127.0.0.1", "localhost"),
          "http://example.com/x",
          "https://xexample.com/",
        ]) {
          const refused = await server.post("/predictions", { input: { [name]: url } });
          expect([url, refused.status]).toEqual([url, 422]);
        }
      }
    });
    way.close();
  });
});

describe("COG_DOWNLOAD_PUBLIC_ONLY", () => {
  const env = { COG_DOWNLOAD_PUBLIC_ONLY: "1" };

  test("refuses private addresses, however they are written", async () => {
    const { port } = new URL(web.url);
    await serving({ ...model, env }, async ({ client }) => {
      const before = web.received.length;
      for (const host of ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433", "0"]) {
        const url = `http://${host}:${port}/x`;
        for (const input of [{ file: url }, { handle: url }]) {
          const answer = await client.predict({ input: { do: READ, ...input } });
          expect(answer, host).toMatchObject({ status: "failed", error: expect.stringContaining("private address") });
        }
      }
      expect(web.received).toHaveLength(before);
      expect((await client.predict({ input: { do: READ, file: "data:,here" } })).output).toBe("here");
    });
  });

  test("leaves to a proxy what goes through it, unless it leads back inside; webhooks and uploads are free", async () => {
    const way = await Receiver.start(({ path }, response) => {
      if (path.endsWith("/inside")) response.writeHead(302, { Location: `${web.url}/x` }).end();
      else response.end("through the proxy");
    });
    const hooks = await Receiver.start();
    const proxied = { ...env, HTTP_PROXY: way.url, NO_PROXY: "127.0.0.1" };
    await serving({ ...model, env: proxied, args: ["--upload-url", hooks.url] }, async ({ client }) => {
      const far = await client.predict({ input: { do: READ, file: "http://files.example/x" } });
      expect(far).toMatchObject({ status: "succeeded", output: "through the proxy" });
      for (const file of [`${web.url}/x`, "http://files.example/inside"]) {
        const near = await client.predict({ input: { do: READ, file } });
        expect(near).toMatchObject({ status: "failed", error: expect.stringContaining("private address") });
      }
      const upload = "output = Path('x.txt'); output.write_text('x')";
      const sent = await client.predict({ input: { do: upload }, webhook: hooks.url });
      expect(sent).toMatchObject({ status: "succeeded", output: `${hooks.url}/x.txt` });
      await hooks.until((all) => all.some(({ method, body }) => method === "POST" && body.includes("succeeded")));
    });
    way.close();
    hooks.close();
  });
});

test("names that models see: the base name, decoded and tamed, with its suffix", async () => {
  const NAMES = [
    { path: "/a/photo%20one.jpg?size=1#top", ends: "photo one.jpg" },
    { path: "/a%2Fb%00c.png", ends: "a_b_c.png" },
    { path: "/100%.txt", ends: "100%.txt" },
    { path: `/${"n".repeat(300)}.tar.gz`, ends: "n~.gz" },
    { path: `/${"%C3%A9".repeat(150)}.txt`, ends: "é~.txt" },
    { path: "/", ends: "" },
  ];
  await serving(model, async ({ client }) => {
    for (const { path, ends } of NAMES) {
      const { output } = await client.predict({ input: { do: "output = file.name", file: web.url + path } });
      expect(String(output).endsWith(ends), String(output)).toBe(true);
      expect(Buffer.byteLength(String(output))).toBeLessThanOrEqual(200);
    }
  });
});

test("eight of a list are fetched at a time, in its order, and one failure fails the prediction", async () => {
  let open = 0;
  let most = 0;
  const source = await Receiver.start(({ path }, response) => {
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => {
      open -= 1;
      if (path === "/bad") response.writeHead(404);
      response.end(path);
    }, 30);
  });
  await serving(model, async ({ client }) => {
    const files = Array.from({ length: 20 }, (_, index) => `${source.url}/${index}`);
    const all = await client.predict({ input: { do: "output = [f.read_text() for f in files]", files } });
    expect(all.output).toEqual(files.map((_, index) => `/${index}`));
    expect(most).toBe(8);
    const bad = await client.predict({ input: { do: "", files: [...files, `${source.url}/bad`] } });
    expect(bad).toMatchObject({ status: "failed", error: expect.stringContaining("404") });
  });
  source.close();
});

const OUTCOMES = [
  { name: "a success", do: "" },
  { name: "a failure", do: "\nraise ValueError('x')" },
  { name: "a cancel", do: "\ntime.sleep(60)" },
  { name: "a crash", do: "\nos._exit(1)" },
];

test.each(OUTCOMES)("the local copy is gone after $name", async ({ do: code }) => {
  await serving(model, async (server) => {
    const answer = server.client.predict({ id: "x", input: { do: `print(file)${code}`, file: "data:,x" } });
    if (code.includes("sleep")) {
      await server.logged('"prediction_id":"x"');
      await server.client.cancel("x");
    }
    const { logs = "" } = await answer;
    const path = logs.split("\n")[0] ?? "";
    expect(path).toContain(server.temporary);
    await expect.poll(() => existsSync(path)).toBe(false);
  });
});
