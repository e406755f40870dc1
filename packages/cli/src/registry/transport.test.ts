/** The way to a registry: through a proxy, with a certificate that not everybody knows. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { checkPushAccess } from "./push-access.ts";
import { Transport } from "./transport.ts";

const { signal } = new AbortController();
const servers: Server[] = [];
let directory = "";
let certificates = "";
let asked: string[] = [];

beforeEach(async () => {
  asked = [];
  directory = mkdtempSync(join(tmpdir(), "cog-tls-"));
  const file = (name: string) => join(directory, name);
  const subject = ["-subj", "/CN=registry.test", "-addext", "subjectAltName=DNS:registry.test"];
  const words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject];
  execFileSync("openssl", [...words, "-keyout", file("key"), "-out", file("cert")], { stdio: "ignore" });
  certificates = readFileSync(file("cert"), "utf8");
  const registry = createSecureServer({ key: readFileSync(file("key")), cert: certificates }, (request, response) => {
    asked.push(`${request.method} ${request.headers.host}${request.url}`);
    // As behind a proxy that ends the encryption: it thinks that it is spoken to without.
    if (request.method === "POST") response.writeHead(202, { location: "http://registry.test/begun?state=1" });
    response.end("{}");
  });
  const port = await listening(registry);
  const proxy = createServer();
  // Whatever is asked for, it leads to the registry.
  proxy.on("connect", ({ url = "" }, client) => {
    asked.push(`CONNECT ${url}`);
    const upstream = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    for (const end of [upstream, client]) end.on("error", () => undefined);
  });
  vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${await listening(proxy)}`);
});

afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) server.close();
  rmSync(directory, { recursive: true });
});

async function listening(server: Server): Promise<number> {
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

test("a registry is reached through HTTPS_PROXY, and believed by a certificate of one's own", async () => {
  const transport = new Transport({ insecureHosts: [], certificates });
  const url = transport.urlOf("registry.test", "/v2/");
  expect(await transport.send(url, { signal })).toMatchObject({ status: 200 });
  expect(asked).toEqual(["CONNECT registry.test:443", "GET registry.test/v2/"]);
  await transport.close();
});

test("a registry that names itself without encryption is spoken to with it", async () => {
  const transport = new Transport({ insecureHosts: [], certificates });
  await checkPushAccess(
    { host: "registry.test", repository: "ada/model" },
    { credentials: undefined, transport, signal },
  );
  expect(asked.filter((line) => !line.startsWith("CONNECT registry.test:443"))).toEqual([
    "POST registry.test/v2/ada/model/blobs/uploads/",
    "DELETE registry.test/begun?state=1",
  ]);
  await transport.close();
});

test("what a form says goes to no other host", async () => {
  const told: string[] = [];
  const other = createServer((request, response) => {
    told.push(`${request.method} ${request.url}`);
    response.end();
  });
  const location = `http://127.0.0.1:${await listening(other)}/elsewhere`;
  const redirecting = createServer((_, response) => response.writeHead(307, { location }).end());
  const host = `127.0.0.1:${await listening(redirecting)}`;
  vi.stubEnv("NO_PROXY", "127.0.0.1");
  const transport = new Transport({ insecureHosts: [] });
  const send = async (body: string) =>
    await transport.send(`http://${host}/token`, { method: "POST", body, signal }).then(({ status }) => status);
  await expect(send("refresh_token=s3cret")).rejects.toMatchObject({ failure: "not-a-registry" });
  expect(told).toEqual([]);
  expect(await send("")).toBe(200);
  await transport.close();
});

test("an answer is read to its end, however slowly, when the server hangs up after it", async () => {
  const body = Buffer.alloc(300_000, 7);
  const hasty = createServer((_, response) => response.writeHead(200, { connection: "close" }).end(body));
  const host = `127.0.0.1:${await listening(hasty)}`;
  vi.stubEnv("NO_PROXY", "127.0.0.1");
  const transport = new Transport({ insecureHosts: [] });
  const answer = await transport.open(`http://${host}/`, { signal });
  let read = 0;
  for await (const bytes of answer.body) {
    // By now all of it is here, and the connection has ended.
    await delay(read === 0 ? 100 : 0);
    read += bytes.length;
  }
  expect(read).toBe(body.length);
  await transport.close();
});

test("without the certificate nothing is sent, and no other attempt would help", async () => {
  const transport = new Transport({ insecureHosts: [] });
  const sending = transport.send(transport.urlOf("registry.test", "/v2/"), { signal });
  await expect(sending).rejects.toMatchObject({ failure: "unreachable", temporary: undefined });
  expect(asked).toEqual(["CONNECT registry.test:443"]);
  await transport.close();
});
