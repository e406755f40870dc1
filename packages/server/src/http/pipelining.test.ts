/** Requests sent ahead on one connection, before the answers to those in front of them. */
import type { Socket } from "node:net";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { type ModelServer, OBEDIENT, OBEDIENT_SCHEMA, serving } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };

function post(code: string, ...headers: readonly string[]): string {
  const body = JSON.stringify({ input: { do: code } });
  const lines = [
    "POST /predictions HTTP/1.1",
    "Host: x",
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    ...headers,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

function connected(server: ModelServer): Promise<Socket> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => resolve(socket));
    socket.once("error", reject);
  });
}

async function everythingFrom(socket: Socket): Promise<string> {
  let said = "";
  for await (const bytes of socket) said += String(bytes);
  return said;
}

test("predictions on one slot are served in order, none is told that the server is full", async () => {
  await serving(model, async (server) => {
    const socket = await connected(server);
    const codes = Array.from({ length: 10 }, (_, index) => `time.sleep(0.01)\noutput = 'number ${index}'`);
    const [last = "", ...others] = codes.toReversed();
    socket.write(
      others
        .toReversed()
        .map((code) => post(code))
        .join("") + post(last, "Connection: close"),
    );
    const said = await everythingFrom(socket);
    expect(said.match(/HTTP\/1\.1 \d+/g)).toEqual(codes.map(() => "HTTP/1.1 200"));
    expect(said.match(/"output":"number \d"/g)).toEqual(codes.map((_, index) => `"output":"number ${index}"`));
  });
});

test("other connections do not wait for them", async () => {
  await serving(model, async (server) => {
    const socket = await connected(server);
    socket.write(post("print('go')\ntime.sleep(60)") + post(""));
    await server.logged('"message":"go"');
    expect((await server.post("/predictions", { input: {} })).status).toBe(409);
    socket.destroy();
  });
});

test("a client that hangs up takes back what was not begun, and holds up no shutdown", async () => {
  await serving(model, async (server) => {
    const socket = await connected(server);
    socket.write(post("print('go')\ntime.sleep(60)") + post("print('never')") + post("print('never')"));
    await server.logged('"message":"go"');
    socket.destroy();
    await expect.poll(async () => (await server.client.health()).concurrency?.current).toBe(0);
    const asked = performance.now();
    await server.client.shutdown();
    expect(await server.exited).toBe(0);
    expect(performance.now() - asked).toBeLessThan(3000);
    expect(server.log).not.toContain('"message":"never"');
  });
});

test("a shutdown lets the prediction finish that has begun; no answer is cut in half", async () => {
  await serving(model, async (server) => {
    const socket = await connected(server);
    socket.write(post("print('go')\ntime.sleep(0.3)") + post("") + post(""));
    await server.logged('"message":"go"');
    server.signal("SIGTERM");
    const said = await everythingFrom(socket);
    const answers = said.split(/(?=HTTP\/1\.1 )/);
    expect(answers.length).toBeGreaterThan(0);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 200 OK.*"status":"succeeded".*\}$/s);
    expect(await server.exited).toBe(0);
  });
});
