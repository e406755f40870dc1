/** How a request may come in: whole, in pieces, announced, too large, without a type. */
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ModelServer, OBEDIENT, OBEDIENT_SCHEMA } from "#testing";

const BODY = JSON.stringify({ input: { do: "output = 'héllo'" } });
const MIB = 1024 * 1024;
let server: ModelServer;

beforeAll(async () => {
  server = await ModelServer.start({ model: OBEDIENT, schema: OBEDIENT_SCHEMA });
});
afterAll(() => server.close());

/** Everything the server says on one connection until it hangs up. */
function talk(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const socket = connect({ host: hostname, port: Number(port) });
    let said = "";
    socket.on("data", (bytes) => {
      said += bytes.toString();
    });
    socket.once("close", () => resolve(said));
    socket.once("error", reject);
    socket.write(text);
  });
}

const HEAD = "POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";

test("in chunks", async () => {
  const half = Buffer.byteLength(BODY.slice(0, 20)).toString(16);
  const rest = Buffer.byteLength(BODY.slice(20)).toString(16);
  const chunks = `${half}\r\n${BODY.slice(0, 20)}\r\n${rest}\r\n${BODY.slice(20)}\r\n0\r\n\r\n`;
  const said = await talk(`${HEAD}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunks}`);
  expect(said).toContain("HTTP/1.1 200 OK");
  expect(said).toContain('"output":"héllo"');
});

test("after Expect: 100-continue", async () => {
  const message = httpRequest(`${server.url}/predictions`, {
    method: "POST",
    headers: { Expect: "100-continue", "Content-Type": "application/json" },
  });
  const status = await new Promise((resolve, reject) => {
    message.once("continue", () => message.end(BODY));
    message.once("response", (response) => resolve(response.resume().statusCode));
    message.once("error", reject);
    message.flushHeaders();
  });
  expect(status).toBe(200);
});

test("several on one connection, also sent ahead", async () => {
  const look = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
  const run = `${HEAD}Connection: close\r\nContent-Length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`;
  const said = await talk(look + look + run);
  expect(said.match(/HTTP\/1\.1 200/g)).toHaveLength(3);
  expect(said.indexOf('"output"')).toBeGreaterThan(said.lastIndexOf('"READY"'));
});

test("HTTP/1.0 without a host", async () => {
  expect(await talk("GET /health-check HTTP/1.0\r\n\r\n")).toContain('"status":"READY"');
});

test("a body that is announced as too large is refused before it is sent", async () => {
  expect(await talk(`${HEAD}Content-Length: ${101 * MIB}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413/);
});

test("so is one that grows too large; the server goes on", async () => {
  const piece = Buffer.alloc(4 * MIB, 0x20);
  async function* tooMuch(): AsyncGenerator<Uint8Array> {
    for (let sent = 0; sent <= 104; sent += 4) yield piece;
  }
  const stream = ReadableStream.from(tooMuch());
  const init = { method: "POST", body: stream, duplex: "half", headers: { "Content-Type": "application/json" } };
  const outcome = await fetch(`${server.url}/predictions`, init as RequestInit).then(
    ({ status }) => status,
    () => "cut off",
  );
  // The client may not have read the answer when the connection goes.
  expect([413, "cut off"]).toContain(outcome);
  expect((await server.client.predict({ input: {} })).output).toBe("done");
}, 60_000);

test("a client that goes away in the middle of its body", async () => {
  const { hostname, port } = new URL(server.url);
  for (let round = 0; round < 20; round += 1) {
    await new Promise<void>((resolve) => {
      const socket = connect({ host: hostname, port: Number(port) }, () => {
        socket.write(`${HEAD}Content-Length: 1000\r\n\r\n{"input"`, () => socket.destroy());
      });
      socket.once("close", () => resolve());
    });
  }
  expect(await server.client.health()).toMatchObject({ status: "READY", concurrency: { current: 0 } });
  expect(server.log).not.toContain("failed");
});
