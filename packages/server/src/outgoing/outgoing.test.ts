/** The way out of the server where a company's network has a proxy and certificates of its own. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer, request } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OBEDIENT, OBEDIENT_SCHEMA, Receiver, serving } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };
const ONLY_THE_END = ["completed"] as const;

let folder: string;
let certificate: string;
let target: Secure;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cog-certificate-"));
  certificate = join(folder, "cert.pem");
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,DNS:secure.example"];
  const out = ["-keyout", join(folder, "key.pem"), "-out", certificate];
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...name, ...out];
  execFileSync("openssl", args, { stdio: "ignore" });
  target = await secure();
});
afterAll(() => {
  target.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Secure {
  readonly port: number;
  /** Method and path of each request. */
  readonly received: string[];
  close(): void;
}

/** Serves "a file" over https with a certificate that nobody knows. */
async function secure(): Promise<Secure> {
  const received: string[] = [];
  const pair = { key: readFileSync(join(folder, "key.pem")), cert: readFileSync(certificate) };
  const server = createTlsServer(pair, (message, response) => {
    received.push(`${message.method} ${message.url}`);
    message.resume().on("end", () => response.end("a file"));
  });
  return { port: await listening(server), received, close: () => server.close() };
}

interface Proxy {
  readonly url: string;
  /** What it was asked for: a method, and a whole URL or a host with its port. */
  readonly asked: string[];
  close(): void;
}

/** Sends everything to `ports`, whatever the host. Like most, it makes tunnels to encrypted targets only. */
async function proxy(ports: { readonly http: number; readonly https: number }): Promise<Proxy> {
  const asked: string[] = [];
  const server = createServer((message, response) => {
    asked.push(`${message.method} ${message.url}`);
    const { pathname } = new URL(message.url ?? "");
    const { method, headers } = message;
    const onward = request({ host: "127.0.0.1", port: ports.http, path: pathname, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502);
      answer.pipe(response);
    });
    message.pipe(onward);
  });
  server.on("connect", ({ method, url }: IncomingMessage, socket) => {
    asked.push(`${method} ${url}`);
    if (!url?.endsWith(":443")) {
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const onward = connect(ports.https, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [onward, socket]) end.on("error", () => undefined);
  });
  return { url: `http://127.0.0.1:${await listening(server)}`, asked, close: () => server.close() };
}

async function listening(server: ReturnType<typeof createServer | typeof createTlsServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const UPLOAD = "output = Path(os.environ['TMPDIR'] + '/out.txt'); output.write_text('x')";

test("webhooks, uploads and downloads take the way through the proxy", async () => {
  const receiver = await Receiver.start((_, response) => response.end("a file"));
  const way = await proxy({ http: Number(new URL(receiver.url).port), https: target.port });
  const env = { HTTP_PROXY: way.url, HTTPS_PROXY: way.url, SSL_CERT_FILE: certificate };
  const args = ["--upload-url", "http://uploads.example/to"];
  await serving({ ...model, env, args }, async (server) => {
    const webhook = "http://hooks.example/hook";
    const input = { do: UPLOAD, file: "http://files.example/in.txt" };
    const answer = await server.client.predict({ input, webhook, webhook_events_filter: ONLY_THE_END });
    expect(answer).toMatchObject({ status: "succeeded", output: "http://uploads.example/to/out.txt" });
    await receiver.until((all) => all.length === 3);
    expect(way.asked).toEqual([
      "GET http://files.example/in.txt",
      "PUT http://uploads.example/to/out.txt",
      "POST http://hooks.example/hook",
    ]);
    expect(JSON.parse(receiver.received[2]?.body ?? "")).toMatchObject({ status: "succeeded" });
    way.asked.length = 0;
    const read = "output = file.read_text()";
    const encrypted = await server.client.predict({ input: { do: read, file: "https://secure.example/in.txt" } });
    expect(encrypted).toMatchObject({ status: "succeeded", output: "a file" });
    expect(way.asked).toEqual(["CONNECT secure.example:443"]);
  });
  receiver.close();
  way.close();
});

test("hosts of NO_PROXY are reached directly", async () => {
  const receiver = await Receiver.start();
  const way = await proxy({ http: 1, https: 1 });
  await serving({ ...model, env: { HTTP_PROXY: way.url, NO_PROXY: "example.com,127.0.0.1" } }, async (server) => {
    await server.client.predict({ input: {}, webhook: receiver.url, webhook_events_filter: ONLY_THE_END });
    await receiver.until((all) => all.length === 1);
    expect(way.asked).toEqual([]);
  });
  receiver.close();
  way.close();
});

test("a proxy that is gone fails what needs it, and nothing else", async () => {
  const way = await proxy({ http: 1, https: 1 });
  way.close();
  await serving({ ...model, env: { HTTP_PROXY: way.url } }, async (server) => {
    const answer = await server.client.predict({ input: { file: "http://files.example/in.txt" } });
    expect(answer).toMatchObject({ status: "failed", error: expect.stringContaining("could not be downloaded") });
    expect((await server.client.predict({ input: {} })).output).toBe("done");
  });
});

test.each(["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])("%s names the authorities to trust", async (name) => {
  const url = `https://localhost:${target.port}`;
  await serving({ ...model, env: { [name]: certificate } }, async (server) => {
    const webhook = `${url}/${name}`;
    const input = { do: "output = file.read_text()", file: `${url}/in.txt` };
    const answer = await server.client.predict({ input, webhook, webhook_events_filter: ONLY_THE_END });
    expect(answer).toMatchObject({ status: "succeeded", output: "a file" });
    await expect.poll(() => target.received).toContain(`POST /${name}`);
  });
});

test("without them a certificate that nobody knows is refused, with the reason", async () => {
  await serving(model, async (server) => {
    const answer = await server.client.predict({ input: { file: `https://localhost:${target.port}/in.txt` } });
    expect(answer).toMatchObject({ status: "failed", error: expect.stringContaining("self-signed certificate") });
  });
});

test("certificates that cannot be read are named in the error", async () => {
  await serving({ ...model, env: { SSL_CERT_FILE: "/nowhere/cert.pem" } }, async (server) => {
    const answer = await server.client.predict({ input: { file: `https://localhost:${target.port}/in.txt` } });
    expect(answer).toMatchObject({ status: "failed", error: expect.stringContaining("/nowhere/cert.pem") });
  });
});
