/** conformance/http: requests and their answers as data. */
import { readFileSync } from "node:fs";
import type { Json } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";
import { openApiOf } from "@cog/core/schema";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ModelOptions, ModelServer } from "#testing";

interface Row {
  readonly name: string;
  /** What the server is doing meanwhile; absent: nothing. */
  readonly while?: "starting" | "setup failed" | "busy";
  readonly request: {
    readonly method: string;
    readonly path: string;
    /** null: the header must not be sent. */
    readonly headers?: Readonly<Record<string, string | null>>;
    readonly body?: Json;
    readonly text?: string;
  };
  readonly answer: {
    readonly status: number;
    /** null: the header must not be there. */
    readonly headers?: Readonly<Record<string, string | null>>;
    /** Absent: whatever it is. */
    readonly body?: Json;
  };
}

const ROWS: readonly Row[] = read("requests.json");
const MODEL = read("model.json");
const schema = openApiOf(MODEL.interface, { version: "test" });
const model: ModelOptions = { model: MODEL.source, schema };

/** How each state comes about. */
const STATES = {
  idle: () => ModelServer.start(model),
  starting: () => knowing({ ...model, model: withSetup("time.sleep(600)"), until: "listening" }),
  "setup failed": () => knowing({ ...model, model: withSetup("1 / 0"), until: "setup_failed" }),
  busy: async () => {
    const server = await ModelServer.start(model);
    await server.client.start({ id: "busy", input: { text: "wait" } });
    await server.logged('"message":"text: wait"');
    return server;
  },
};

describe.each(Object.entries(STATES))("%s", (state, start) => {
  let server: ModelServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  test.each(ROWS.filter((row) => (row.while ?? "idle") === state))("$name", async ({ request, answer }) => {
    // Of the rows of an idle server some are asynchronous: they may still be running.
    if (state === "idle") while ((await server.client.health()).status !== "READY");
    const response = await send(server, request);
    const text = await response.text();
    expect(response.status, text).toBe(answer.status);
    for (const [name, value] of Object.entries(answer.headers ?? {})) expect(response.headers.get(name)).toBe(value);
    if (typeof answer.body === "string") expect(text).toBe(answer.body);
    else if (answer.body !== undefined) expect(JSON.parse(text)).toEqual(pattern(answer.body));
  });
});

/** The server compiles the schema while it listens already; until then nothing can be said of inputs. */
async function knowing(options: ModelOptions): Promise<ModelServer> {
  const server = await ModelServer.start(options);
  while ((await server.post("/predictions", { input: {} })).status === 503);
  return server;
}

function withSetup(code: string): string {
  return `${MODEL.source}\ndef setup(self):\n    ${code}\nModel.setup = setup\n`;
}

function send(server: ModelServer, { method, path, headers = {}, body, text }: Row["request"]): Promise<Response> {
  const content = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const type = content === undefined ? {} : { "Content-Type": "application/json" };
  const given = Object.entries({ ...type, ...headers }).filter(([, value]) => value !== null);
  // Bytes, because fetch gives text a content type of its own.
  const bytes = content === undefined ? null : new TextEncoder().encode(content);
  return fetch(server.url + path, { method, headers: given as [string, string][], body: bytes });
}

/** The expected body as vitest compares it: objects may have more keys, arrays not more items. */
function pattern(expected: Json): unknown {
  if (Array.isArray(expected)) return expected.map(pattern);
  if (!isJsonObject(expected)) return expected;
  if (expected["$any"] === true) return expect.anything();
  const entries = Object.entries(expected).map(([key, value]) => [key, pattern(value)]);
  return expect.objectContaining(Object.fromEntries(entries));
}

function read(name: string) {
  return JSON.parse(readFileSync(new URL(`../../../../conformance/http/${name}`, import.meta.url), "utf8"));
}
