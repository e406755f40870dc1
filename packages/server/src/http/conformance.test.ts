/** conformance/http: requests and their answers as data. */
import { readFileSync } from "node:fs";
import type { Json } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";
import { openApiOf } from "@cog/core/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ModelServer } from "#testing";

interface Row {
  readonly name: string;
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
    readonly headers?: Readonly<Record<string, string>>;
    /** Absent: whatever it is. */
    readonly body?: Json;
  };
}

const ROWS: readonly Row[] = read("requests.json");
const MODEL = read("model.json");
let server: ModelServer;

beforeAll(async () => {
  server = await ModelServer.start({ model: MODEL.source, schema: openApiOf(MODEL.interface, { version: "test" }) });
});
afterAll(() => server.close());

test.each(ROWS)("$name", async ({ request, answer }) => {
  // Rows are independent: asynchronous ones may still be running.
  while ((await server.client.health()).status !== "READY");
  const response = await send(request);
  const text = await response.text();
  expect(response.status, text).toBe(answer.status);
  expect(Object.fromEntries(response.headers)).toMatchObject(answer.headers ?? {});
  if (typeof answer.body === "string") expect(text).toBe(answer.body);
  else if (answer.body !== undefined) expect(JSON.parse(text)).toEqual(pattern(answer.body));
});

function send({ method, path, headers = {}, body, text }: Row["request"]): Promise<Response> {
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
