/** Every row of the playground's endpoints, over HTTP, with a server behind it that stands for a model's. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type RunningPlayground, startPlayground } from "./server.ts";

const OPTIONS = { host: "127.0.0.1", port: 0, target: "http://localhost:8393", webhookHost: "host.docker.internal" };

let playground: RunningPlayground;
beforeAll(async () => {
  playground = await startPlayground(OPTIONS);
});
afterAll(() => playground.close());

const models: Server[] = [];
afterEach(async () => {
  for (const model of models.splice(0)) {
    model.closeAllConnections();
    await new Promise((resolve) => model.close(resolve));
  }
});

/** Stands for a model's server; returns its origin. */
async function model(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  models.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Not by fetch, which sets some headers as it likes. */
async function open(path: string, { method = "GET", headers = {}, body }: Ask = {}): Promise<IncomingMessage> {
  const asked = request({
    host: "127.0.0.1",
    port: playground.port,
    path,
    method,
    headers,
    agent: false,
    maxHeaderSize: 99_999,
  });
  asked.on("error", () => {}); // the answer may come before all was sent
  asked.end(body);
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  return response;
}

async function ask(path: string, options: Ask = {}) {
  const response = await open(path, options);
  response.setEncoding("utf8");
  let body = "";
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, headers: response.headers, body };
}

test("the page loads what it needs from here, and nothing may frame it", async () => {
  const page = await ask("/");
  expect(page.status).toBe(200);
  expect(page.headers).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": expect.stringMatching(/^default-src 'self';.*frame-ancestors 'none'/),
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
  const loaded = [...page.body.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, path]) => path ?? "");
  expect(loaded.length).toBeGreaterThan(1);
  for (const path of loaded) expect(await ask(`/${path}`)).toMatchObject({ status: 200 });
  expect(page.body).not.toMatch(/<script>|<style|\son\w+=/);
});

test("the configuration says where to begin and where webhooks arrive", async () => {
  const { status, body } = await ask("/config");
  expect(status).toBe(200);
  expect(JSON.parse(body)).toEqual({
    target: "http://localhost:8393",
    webhookBase: `http://host.docker.internal:${playground.port}`,
    cogVersion: expect.any(String),
  });
});

const STRANGERS: readonly (readonly [who: string, headers: Record<string, string>])[] = [
  ["a name that points to this machine", { Host: "evil.example" }],
  ["a page of another origin", { Origin: "http://evil.example" }],
  ["a page of another port", { Origin: "http://127.0.0.1:1" }],
  ["a page without an origin", { Origin: "null" }],
  ["a page of another site", { "Sec-Fetch-Site": "cross-site" }],
];

test.each(STRANGERS)("%s is refused everywhere but at webhooks", async (_, headers) => {
  for (const path of ["/", "/config", "/proxy/health-check", "/events?token=a", "/nothing"])
    expect(await ask(path, { headers })).toMatchObject({ status: 403, headers: { "x-frame-options": "DENY" } });
  expect(await ask("/webhook/a", { method: "POST", headers, body: "{}" })).toMatchObject({ status: 503 });
});

test("this machine by any of its names is let in, with the origin of the page itself", async () => {
  for (const name of ["localhost", "127.0.0.1", "127.0.0.2", "[::1]"]) {
    const host = `${name}:${playground.port}`;
    const headers = { Host: host, Origin: `http://${host}`, "Sec-Fetch-Site": "same-origin" };
    expect(await ask("/config", { headers })).toMatchObject({ status: 200 });
  }
});

/** An address of this machine that others reach it by. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

test.skipIf(outside === undefined)("from another address only webhooks come in", async () => {
  const everywhere = await startPlayground({ ...OPTIONS, host: "0.0.0.0" });
  try {
    const base = `http://${outside}:${everywhere.port}`;
    for (const path of ["/", "/config", "/proxy/", "/events?token=a"])
      expect((await fetch(base + path)).status).toBe(403);
    expect((await fetch(`${base}/webhook/a`, { method: "POST", body: "{}" })).status).toBe(503);
    expect((await fetch(`http://127.0.0.1:${everywhere.port}/config`)).status).toBe(200);
  } finally {
    await everywhere.close();
  }
});

const TARGETS: readonly (readonly [target: string | undefined, status: number, error: RegExp])[] = [
  [undefined, 400, /^no target API set$/],
  ["not a url", 400, /not a URL/],
  ["ftp://127.0.0.1/", 400, /http or https/],
  ["http://ada:secret@127.0.0.1/", 400, /user or a password/],
  ["http://127.0.0.1/#part", 400, /fragment/],
  ["http://127.0.0.1:1", 502, /cannot reach http:\/\/127\.0\.0\.1:1: ECONNREFUSED/],
];

test.each(TARGETS)("the target %s is answered with %i", async (target, status, error) => {
  const headers = target === undefined ? {} : { "X-Cog-Target": target };
  const answer = await ask("/proxy/predictions", { method: "POST", headers, body: "x".repeat(2_000_000) });
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.body).error).toMatch(error);
  expect(answer.body).not.toContain("secret");
});

test("a request comes to the model whole, without what the browser says of the person", async () => {
  let seen: { method?: string; url?: string; headers: Record<string, unknown>; body: string } | undefined;
  const target = await model(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method = "", url = "", headers } = request;
    seen = { method, url, headers, body };
    response.writeHead(201).end();
  });
  const headers = {
    "X-Cog-Target": `${target}/models/a/`,
    "Content-Type": "application/json",
    Prefer: "respond-async",
    Authorization: "Bearer secret",
    Cookie: "a=b",
    Origin: `http://127.0.0.1:${playground.port}`,
    Referer: "http://127.0.0.1/",
    "Sec-Fetch-Mode": "cors",
  };
  const answer = await ask("/proxy/predictions/a%2Fb?x=1&y=%20", { method: "PUT", headers, body: '{"input": {}}' });
  expect(answer.status).toBe(201);
  expect(seen).toMatchObject({
    method: "PUT",
    url: "/models/a/predictions/a%2Fb?x=1&y=%20",
    body: '{"input": {}}',
    headers: { "content-type": "application/json", prefer: "respond-async", host: new URL(target).host },
  });
  const passed = Object.keys(seen?.headers ?? {});
  expect(passed.filter((name) => /^(authorization|cookie|origin|referer|sec-|x-cog-target)/.test(name))).toEqual([]);
});

test.each([
  ["", "/"],
  ["//other.example/x", "//other.example/x"],
  ["/../../config", "/config"],
  ["?a=1?b", "/?a=1?b"],
])("no path leads away from the target: %s", async (path, arrived) => {
  const target = await model((request, response) => response.end(request.url));
  expect(await ask(`/proxy${path}`, { headers: { "X-Cog-Target": target } })).toMatchObject({ body: arrived });
});

test("an answer cannot act on this origin, and its own headers are told", async () => {
  const target = await model((_, response) => {
    response.writeHead(302, {
      Location: "http://evil.example/",
      "Set-Cookie": "a=b",
      "Clear-Site-Data": "*",
      "Service-Worker-Allowed": "/",
      "Content-Security-Policy": "default-src *",
      "Cache-Control": "max-age=60",
      "X-Model": "ä".normalize(),
    });
    response.end("moved");
  });
  const { status, headers, body } = await ask("/proxy/", { headers: { "X-Cog-Target": target } });
  expect({ status, body }).toEqual({ status: 302, body: "moved" });
  for (const name of ["location", "set-cookie", "clear-site-data", "service-worker-allowed"])
    expect(headers[name]).toBeUndefined();
  expect(headers["cache-control"]).toBe("no-store");
  expect(headers["content-security-policy"]).toMatch(/^default-src 'self'/);
  const told = JSON.parse(Buffer.from(String(headers["x-cog-upstream-headers"]), "base64url").toString());
  expect(told).toMatchObject({ location: "http://evil.example/", "cache-control": "max-age=60" });
  expect(told["set-cookie"]).toBeUndefined();
});

test("a place that is not a redirect's is kept, and too many headers are not told", async () => {
  const target = await model((_, response) => {
    response.writeHead(201, { Location: "/predictions/a", "X-Large": "x".repeat(40 * 1024) }).end();
  });
  const { status, headers } = await ask("/proxy/", { headers: { "X-Cog-Target": target } });
  expect(status).toBe(201);
  expect(headers["location"]).toBe("/predictions/a");
  expect(headers["x-cog-upstream-headers"]).toBeUndefined();
});

test("a stream comes through event by event, and leaving it closes the model's end", async () => {
  let next = () => {};
  let left = () => {};
  const gone = new Promise<void>((resolve) => {
    left = resolve;
  });
  const target = await model((_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write("data: 1\n\n");
    next = () => response.write("data: 2\n\n");
    response.once("close", left);
  });
  const stream = await open("/proxy/predictions", { method: "POST", headers: { "X-Cog-Target": target } });
  stream.setEncoding("utf8");
  expect((await once(stream, "data"))[0]).toBe("data: 1\n\n");
  // The second is written only after the first has arrived: nothing was held back.
  next();
  expect((await once(stream, "data"))[0]).toBe("data: 2\n\n");
  stream.destroy();
  await gone;
});

test("a webhook reaches everybody who listens to its token, line by line, and nobody else", async () => {
  const listeners = await Promise.all(["a%20b", "a+b", "other"].map((token) => open(`/events?token=${token}`)));
  const heard = listeners.map((listener) => collect(listener));
  const answer = await ask("/webhook/a%20b", { method: "POST", body: '{\n"status": "ä"}' });
  expect(answer).toMatchObject({ status: 200, body: "{}" });
  const event = 'data: {\ndata: "status": "ä"}\n\n';
  for (const text of heard.slice(0, 2)) await expect.poll(text).toBe(`: listening\n\n${event}`);
  expect(heard[2]?.()).toBe(": listening\n\n");
  for (const listener of listeners) listener.destroy();
  await expect.poll(async () => (await ask("/webhook/a%20b", { method: "POST", body: "{}" })).status).toBe(503);
});

test("what is no webhook is refused", async () => {
  const listener = await open("/events?token=known");
  const long = "x".repeat(129);
  const post = { method: "POST", body: "{}" };
  expect(await ask("/webhook/unknown", post)).toMatchObject({ status: 503 });
  expect(await ask("/webhook/known")).toMatchObject({ status: 405, headers: { allow: "POST" } });
  expect(await ask("/webhook/", post)).toMatchObject({ status: 400 });
  expect(await ask(`/webhook/${long}`, post)).toMatchObject({ status: 400 });
  expect(await ask("/events")).toMatchObject({ status: 400 });
  expect(await ask(`/events?token=${long}`)).toMatchObject({ status: 400 });
  const large = Buffer.alloc(10 * 1024 * 1024 + 1, "x");
  expect(await ask("/webhook/known", { method: "POST", body: large })).toMatchObject({ status: 413 });
  const chunked = { method: "POST", headers: { "Transfer-Encoding": "chunked" }, body: Buffer.concat([large, large]) };
  expect(await ask("/webhook/known", chunked)).toMatchObject({ status: 413 });
  const largest = { method: "POST", body: large.subarray(1) };
  expect(await ask("/webhook/known", largest)).toMatchObject({ status: 200 });
  listener.destroy();
});

test("the seventeenth webhook at once is refused, and there is room again when one has ended", async () => {
  const listener = await open("/events?token=busy");
  collect(listener);
  const slow = Array.from({ length: 16 }, () => {
    const headers = { "Content-Length": "2" };
    const one = request({ host: "127.0.0.1", port: playground.port, path: "/webhook/busy", method: "POST", headers });
    one.flushHeaders();
    return one;
  });
  const post = { method: "POST", body: "{}" };
  await expect.poll(async () => (await ask("/webhook/busy", post)).status).toBe(429);
  for (const one of slow) one.end("{}");
  await expect.poll(async () => (await ask("/webhook/busy", post)).status).toBe(200);
  listener.destroy();
});

test("there is nothing else", async () => {
  expect(await ask("/nothing")).toMatchObject({ status: 404 });
  expect(await ask("/config", { method: "POST" })).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
});

/** All text so far. */
function collect(stream: IncomingMessage): () => string {
  let text = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    text += chunk;
  });
  stream.on("error", () => {}); // destroyed by the test
  return () => text;
}
