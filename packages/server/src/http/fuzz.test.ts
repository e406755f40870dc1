/**
 * Requests that nobody would send on purpose. Every one is answered within five seconds, with no 5xx, and the server goes on.
 * `COG_FUZZ_REQUESTS` sets how many (`npm run bench -- fuzz` sends 20 000), `COG_FUZZ_SEED` repeats a run.
 */
import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ModelServer, schemaOf } from "#testing";

const REQUESTS = Number(process.env["COG_FUZZ_REQUESTS"] ?? 2000);
const SEED = process.env["COG_FUZZ_SEED"];
const ANSWER_MS = 5000;
const TEST_MS = 60_000 + REQUESTS * 20;

const MODEL = `
from typing import Any, List, Optional
from cog import BaseRunner, Input, Path
class Model(BaseRunner):
    def run(self, text: str = "", num: int = Input(default=1, ge=0, le=10), names: List[str] = [],
            any: Any = None, file: Optional[Path] = None, hint: Optional[str] = None) -> Any:
        return any if any is not None else text * num
`;

const SCHEMA = schemaOf({
  streaming: true,
  inputs: [
    { name: "text", type: { kind: "string" }, default: "" },
    { name: "num", type: { kind: "integer" }, default: 1, ge: 0, le: 10 },
    { name: "names", type: { kind: "list", items: { kind: "string" } }, default: [] },
    { name: "any", type: { kind: "object" }, nullable: true, required: false },
    { name: "file", type: { kind: "path" }, nullable: true, required: false },
    { name: "hint", type: { kind: "string" }, nullable: true, required: false },
  ],
  output: { kind: "object" },
});

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

let server: ModelServer;
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

beforeAll(async () => {
  server = await ModelServer.start({ model: MODEL, schema: SCHEMA });
});
afterAll(() => {
  agent.destroy();
  return server.close();
});

/** Whatever was sent, the next client is served. */
afterEach(async () => {
  while ((await server.client.health()).status === "BUSY") await wait(5);
  expect(await server.client.predict({ input: { text: "x" } })).toMatchObject({ status: "succeeded", output: "x" });
});

const oneOf = fc.constantFrom;
const anyText = fc.string({ unit: "binary", maxLength: 50 });
const anyJson = fc.jsonValue({ maxDepth: 4, stringUnit: "binary" });
/** What hurts parsers and objects. */
const nasty = oneOf<unknown>(
  null,
  "",
  -0,
  1e308,
  2 ** 53,
  "\u0000",
  "\ud800",
  "__proto__",
  "data:,",
  "data:text/plain;base64,%%%",
  "http://127.0.0.1:1/x",
  "file:///etc/passwd",
  "../../etc/passwd",
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{}},"toString":1,"hasOwnProperty":2}'),
);
const value = fc.oneof(anyJson, nasty, anyText);
const input = fc.oneof(
  fc.record({ text: value, num: value, names: value, any: value, file: value, hint: value }, { requiredKeys: [] }),
  fc.record({ text: anyText, num: fc.integer({ min: 0, max: 10 }), any: anyJson }, { requiredKeys: [] }),
  fc.dictionary(fc.oneof(anyText, oneOf("__proto__", "constructor", "text")), value, { maxKeys: 5 }),
  value,
);
const envelope = fc.record(
  {
    input,
    id: fc.oneof(anyText, oneOf<unknown>("", "a/b", "../x", null, 1, [])),
    // No address that resolves: the test talks to nobody.
    webhook: oneOf<unknown>("", "x", "http://", "http://127.0.0.1:99999/", "ftp://127.0.0.1/", "data:,x", null, 3, {}),
    webhook_events_filter: oneOf<unknown>([], ["completed"], ["start", "x"], null, "logs", {}),
    context: fc.oneof(fc.dictionary(anyText, anyText, { maxKeys: 3 }), value),
    created_at: value,
    output_file_prefix: oneOf<unknown>("", "x", null, {}, 1),
  },
  { requiredKeys: [] },
);

const encode = (text: string): Uint8Array => Buffer.from(text);
const jsonBytes = fc.oneof(
  { weight: 6, arbitrary: envelope.map((body) => encode(JSON.stringify(body) ?? "")) },
  { weight: 1, arbitrary: value.map((body) => encode(JSON.stringify(body) ?? "")) },
);
/** JSON with a few bytes exchanged, cut off, or nested beyond measure. */
const body = fc.oneof(
  { weight: 6, arbitrary: jsonBytes },
  {
    weight: 2,
    arbitrary: fc.tuple(jsonBytes, fc.nat(), fc.nat(255)).map(([bytes, at, byte]) => broken(bytes, at, byte)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(jsonBytes, fc.nat()).map(([bytes, at]) => bytes.subarray(0, at % (bytes.length + 1))),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  {
    weight: 1,
    arbitrary: fc.tuple(oneOf(10, 490, 1000, 20_000), oneOf("[]", "{}")).map(([depth, kind]) => nested(depth, kind)),
  },
);

function broken(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  if (copy.length > 0) copy[at % copy.length] = byte;
  return copy;
}

function nested(depth: number, kind: string): Uint8Array {
  const [open, close] = kind === "[]" ? ["[", "]"] : ['{"a":', "}"];
  return encode(`{"input":{"any":${open.repeat(depth)}1${close.repeat(depth)}}}`);
}

const segment = fc.oneof(
  anyText.map((text) => encodeURIComponent(text)),
  oneOf("a", "%", "%zz", "%2F", "..", ".", "a%00b", "", "cancel", "%ff%fe", "x".repeat(3000)),
);
const path = fc.oneof(
  { weight: 6, arbitrary: oneOf("/predictions", "/predictions?x=1", "/trainings", "/predictions/") },
  { weight: 4, arbitrary: segment.map((id) => `/predictions/${id}`) },
  { weight: 2, arbitrary: segment.map((id) => `/predictions/${id}/cancel`) },
  {
    weight: 2,
    arbitrary: oneOf("/", "//", "/health-check", "/openapi.json", "/docs", "/livez", "/nowhere", "/?", "/%"),
  },
  { weight: 1, arbitrary: fc.array(segment, { maxLength: 4 }).map((parts) => `/${parts.join("/")}`) },
);
const headers = fc.record(
  {
    "content-type": oneOf(
      "application/json",
      "application/json;charset=utf-8",
      "application/x+json",
      "text/plain",
      "",
      ";",
      "a/b",
    ),
    accept: oneOf("*/*", "text/event-stream", "text/event-stream;q=0", ",,,", "text/html, text/event-stream"),
    prefer: oneOf("respond-async", "respond-async, wait=1", "Respond-Async;x", ",", "wait=9"),
    traceparent: oneOf("00-0-0-0", "\u00ff", "x".repeat(1000)),
    "content-encoding": oneOf("gzip", "identity"),
    "x-anything": fc.stringMatching(/^[ -~]{0,50}$/),
  },
  { requiredKeys: [] },
);

const sent: fc.Arbitrary<Sent> = fc
  .record({
    method: fc.oneof(
      { weight: 8, arbitrary: oneOf("POST", "PUT") },
      { weight: 2, arbitrary: oneOf("GET", "HEAD", "DELETE", "PATCH", "OPTIONS", "PROPFIND") },
    ),
    path,
    headers,
    body,
  })
  // The one request that does end it.
  .filter((one) => !one.path.startsWith("/shutdown"));

test(
  "well-formed HTTP",
  async () => {
    const runs = { numRuns: REQUESTS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) };
    await fc.assert(
      fc.asyncProperty(sent, async (one) => {
        const status = await answerTo(one);
        expect(status >= 200 && status < 500, `status ${status}`).toBe(true);
      }),
      runs,
    );
    expect({}).not.toHaveProperty("polluted");
  },
  TEST_MS,
);

/** The status, once the body is complete. */
function answerTo({ method, path, headers, body }: Sent): Promise<number> {
  return new Promise((resolve, reject) => {
    const length = method === "GET" || method === "HEAD" ? {} : { "Content-Length": body.length };
    const options = { agent, method, path, headers: { ...headers, ...length }, timeout: ANSWER_MS };
    const message = httpRequest(server.url, options, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
      response.once("error", reject);
    });
    message.once("timeout", () => message.destroy(new Error(`no answer within ${ANSWER_MS} ms`)));
    message.once("error", reject);
    message.end("Content-Length" in length ? body : undefined);
  });
}

const line = fc.oneof(
  oneOf(
    "POST /predictions HTTP/1.1",
    "GET / HTTP/1.1",
    "GET / HTTP/9.9",
    "GET  / HTTP/1.1",
    "\u0000",
    "PRI * HTTP/2.0",
    "",
  ),
  fc.string({ unit: "binary", maxLength: 100 }),
);
const field = fc.oneof(
  oneOf(
    "Host: x",
    "Content-Length: 5",
    "Content-Length: -1",
    "Content-Length: 5, 6",
    "Content-Length: 99999999999999999999",
  ),
  oneOf(
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: x",
    "Expect: 100-continue",
    "Expect: x",
    "Connection: upgrade",
    "Upgrade: h2c",
  ),
  fc.string({ unit: "binary", maxLength: 60 }),
);
const tail = fc.oneof(
  oneOf("", "hello", "5\r\nhello\r\n0\r\n\r\n", "zz\r\n", "{}"),
  fc.string({ unit: "binary", maxLength: 60 }),
);

test(
  "anything but HTTP",
  async () => {
    const raw = fc
      .tuple(line, fc.array(field, { maxLength: 4 }), tail)
      .map(([first, fields, rest]) => `${[first, ...fields].join("\r\n")}\r\n\r\n${rest}`);
    await fc.assert(
      fc.asyncProperty(raw, async (text) => {
        const answer = await conversation(text);
        // Nothing, or the answer to something; never that of a server in trouble.
        expect(answer).toMatch(/^$|^HTTP\/1\.1 [1-4]/);
      }),
      { numRuns: Math.ceil(REQUESTS / 4), ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
    );
  },
  TEST_MS,
);

/** Says it all, then listens until the server hangs up. */
async function conversation(text: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const socket = connect({ host: hostname, port: Number(port) });
  let answer = "";
  socket.on("data", (bytes) => {
    answer += bytes.toString("latin1");
  });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => undefined); // A reset is one way to say no.
  await once(socket, "connect");
  socket.end(text);
  const late = wait(ANSWER_MS, "late", { ref: false });
  if ((await Promise.race([closed, late])) === "late") throw new Error(`no end within ${ANSWER_MS} ms`);
  return answer;
}
