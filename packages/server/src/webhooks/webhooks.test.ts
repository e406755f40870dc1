/** Webhooks, to a real receiver. */
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ModelServer, Receiver, schemaOf } from "#testing";

const MODEL = `
import os, time
from typing import Iterator
class Model:
    def run(self, items: int = 2, fail: bool = False, wait: bool = False) -> Iterator[str]:
        for index in range(items):
            print("item", index)
            yield str(index)
        while wait: time.sleep(0.005)
        if fail:
            raise ValueError("boom")
`;

const SCHEMA = schemaOf({
  inputs: [
    { name: "items", type: { kind: "integer" }, default: 2 },
    { name: "fail", type: { kind: "boolean" }, default: false },
    { name: "wait", type: { kind: "boolean" }, default: false },
  ],
  output: { kind: "iterator", items: { kind: "string" }, concatenate: false },
});

let server: ModelServer;

beforeAll(async () => {
  server = await ModelServer.start({ model: MODEL, schema: SCHEMA, env: { WEBHOOK_AUTH_TOKEN: "secret" } });
});
afterAll(() => server.close());

interface Sent {
  readonly id: string;
  readonly status: string;
  readonly output?: readonly string[];
}

function bodies(receiver: Receiver): Sent[] {
  return receiver.received.map(({ body }) => JSON.parse(body));
}

const hasEnded = (receiver: Receiver) => () => bodies(receiver).some(({ status }) => /succ|fail|canc/.test(status));

test("every step arrives in order, completed last and once", async () => {
  const receiver = await Receiver.start((_, response) => void setTimeout(() => response.end(), 5));
  const answer = await server.request("POST", "/predictions", {
    body: { id: "w1", input: { items: 3 }, webhook: `${receiver.url}/hook` },
    headers: { traceparent: "00-abc-def-01", tracestate: "a=b" },
  });
  expect(answer.status).toBe(200);
  await receiver.until(hasEnded(receiver));
  const sent = bodies(receiver);
  expect(sent[0]).toMatchObject({ id: "w1", status: "processing", logs: "", metrics: {} });
  expect(sent.at(-1)).toMatchObject({ status: "succeeded", output: ["0", "1", "2"], logs: "item 0\nitem 1\nitem 2\n" });
  const lengths = sent.map(({ output = [] }) => output.length);
  expect(lengths).toEqual(lengths.toSorted());
  expect(sent.filter(({ status }) => status === "succeeded")).toHaveLength(1);
  expect(receiver.received[0]).toMatchObject({
    method: "POST",
    path: "/hook",
    headers: {
      "content-type": "application/json",
      authorization: "Bearer secret",
      traceparent: "00-abc-def-01",
      tracestate: "a=b",
      "user-agent": expect.stringMatching(/^cog\//),
    },
  });
  receiver.close();
});

const FILTERS = [
  { filter: ["completed"], statuses: ["succeeded"] },
  { filter: ["start", "completed"], statuses: ["processing", "succeeded"] },
  { filter: ["output", "completed"], statuses: ["processing", "processing", "succeeded"] },
];

test.each(FILTERS)("filter $filter", async ({ filter, statuses }) => {
  const receiver = await Receiver.start();
  await server.post("/predictions", { webhook: receiver.url, webhook_events_filter: filter });
  await receiver.until(hasEnded(receiver));
  expect(bodies(receiver).map(({ status }) => status)).toEqual(statuses);
  receiver.close();
});

test("an empty filter sends nothing", async () => {
  const receiver = await Receiver.start();
  await server.post("/predictions", { webhook: receiver.url, webhook_events_filter: [] });
  await server.post("/predictions", { id: "next", webhook: receiver.url, webhook_events_filter: ["completed"] });
  await receiver.until(hasEnded(receiver));
  expect(bodies(receiver).map(({ id }) => id)).toEqual(["next"]);
  receiver.close();
});

test("failures carry the partial output", async () => {
  const receiver = await Receiver.start();
  const answer = await server.client.predict({
    input: { fail: true },
    webhook: receiver.url,
    webhook_events_filter: ["completed"],
  });
  expect(answer).not.toHaveProperty("output");
  await receiver.until(hasEnded(receiver));
  expect(bodies(receiver)).toMatchObject([{ status: "failed", error: "boom", output: ["0", "1"] }]);
  receiver.close();
});

const COMPLETED = ["completed"] as const;

/** The pauses between the attempts of a receiver that cannot take them. */
class Refusing {
  readonly #times: number[] = [];

  reply(response: ServerResponse, status = 503): void {
    this.#times.push(performance.now());
    response.writeHead(status).end();
  }

  get attempts(): number {
    return this.#times.length;
  }

  // A timer may be early by a millisecond; how late it is is the machine's business.
  expectPauses(least: readonly number[]): void {
    const pauses = this.#times.slice(1).map((time, index) => time - (this.#times[index] ?? 0));
    expect(pauses.map((pause, index) => pause > (least[index] ?? 0) - 2)).toEqual(least.map(() => true));
  }
}

test("completed is tried again, each time after twice the time; the answer does not wait", async () => {
  const refusing = new Refusing();
  let answered = false;
  const receiver = await Receiver.start((_, response) =>
    refusing.reply(response, answered && refusing.attempts >= 3 ? 200 : 503),
  );
  const answer = await server.client.predict({ webhook: receiver.url, webhook_events_filter: COMPLETED });
  answered = true;
  expect(answer.status).toBe("succeeded");
  await receiver.until(() => refusing.attempts === 4);
  refusing.expectPauses([200, 400, 800]);
  receiver.close();
});

test("it is tried twelve times more, and then given up", async () => {
  const refusing = new Refusing();
  const receiver = await Receiver.start((_, response) => refusing.reply(response));
  // In units of 2 ms, as 400 s are long.
  const own = await ModelServer.start({ model: MODEL, schema: SCHEMA, env: { COG_WEBHOOK_RETRY_INTERVAL: "0.002" } });
  await own.client.predict({ id: "lost", webhook: receiver.url, webhook_events_filter: COMPLETED });
  await own.logged('"message":"the last webhook was not delivered","prediction_id":"lost","outcome":"unreachable"');
  refusing.expectPauses([4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 2048, 2048]);
  await own.close();
  receiver.close();
});

const STATUSES = [
  ...[429, 500, 502, 503, 504].map((status) => ({ status, attempts: 2 })),
  ...[400, 401, 403, 404, 410, 422, 501, 505].map((status) => ({ status, attempts: 1 })),
];

test("of the statuses those are tried again that may pass", async () => {
  const seen = new Map<string, number>();
  const receiver = await Receiver.start(({ path }, response) => {
    const attempt = (seen.get(path) ?? 0) + 1;
    seen.set(path, attempt);
    response.writeHead(attempt === 1 ? Number(path.slice(1)) : 200).end();
  });
  for (const { status } of STATUSES) {
    await server.client.predict({ webhook: `${receiver.url}/${status}`, webhook_events_filter: COMPLETED });
  }
  await receiver.until(() => STATUSES.every(({ status, attempts }) => seen.get(`/${status}`) === attempts));
  // Longer than the first retry takes.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(STATUSES.map(({ status }) => ({ status, attempts: seen.get(`/${status}`) }))).toEqual(STATUSES);
  receiver.close();
});

test("what is not the last is tried once", async () => {
  const receiver = await Receiver.start((_, response) => void response.writeHead(503).end());
  const filter = ["start"] as const;
  await server.client.predict({ id: "once", webhook: receiver.url, webhook_events_filter: filter });
  await server.logged('"prediction_id":"once","outcome":"unreachable"');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(receiver.received).toHaveLength(1);
  receiver.close();
});

test("a connection that breaks is tried again", async () => {
  let attempts = 0;
  const receiver = await Receiver.start((_, response) => {
    attempts += 1;
    if (attempts === 1) response.destroy();
    else response.end();
  });
  await server.client.predict({ webhook: receiver.url, webhook_events_filter: COMPLETED });
  await receiver.until(() => attempts === 2);
  receiver.close();
});

test("an unusable URL harms nobody", async () => {
  expect((await server.client.predict({ webhook: "not a url" })).status).toBe("succeeded");
});

test("before the server ends, running predictions are canceled and say so", async () => {
  const receiver = await Receiver.start();
  const own = await ModelServer.start({ model: MODEL, schema: SCHEMA });
  await own.client.start({ input: { wait: true }, webhook: receiver.url });
  await receiver.until(() => receiver.received.length > 0);
  await own.client.shutdown();
  expect(await own.exited).toBe(0);
  expect(bodies(receiver).at(-1)).toMatchObject({ status: "canceled", output: ["0", "1"] });
  await own.close();
  receiver.close();
});

test("a redirect is followed with the body", async () => {
  const receiver = await Receiver.start(({ path }, response) => {
    if (path === "/old") response.writeHead(307, { Location: "/new" });
    response.end();
  });
  const webhook = `${receiver.url}/old`;
  await server.client.predict({ id: "moved", input: {}, webhook, webhook_events_filter: ["completed"] });
  await receiver.until((all) => all.length === 2);
  expect(receiver.received[1]).toMatchObject({ method: "POST", path: "/new" });
  expect(bodies(receiver)[1]).toMatchObject({ id: "moved", status: "succeeded" });
  receiver.close();
});

const LINES = `
import time
class Model:
    def run(self) -> str:
        for index in range(20):
            print("line", index)
            time.sleep(0.03)
        return "x"
`;

test.each([
  { interval: "0", least: 2, most: 20 },
  { interval: "60", least: 1, most: 1 },
])("logs are told every $interval s, and nothing of them is lost", async ({ interval, least, most }) => {
  const receiver = await Receiver.start();
  const own = await ModelServer.start({ model: LINES, env: { COG_THROTTLE_RESPONSE_INTERVAL: interval } });
  await own.client.predict({ webhook: receiver.url, webhook_events_filter: ["logs", "completed"] });
  await receiver.until(hasEnded(receiver));
  const told = receiver.received.length - 1;
  expect(told).toBeGreaterThanOrEqual(least);
  expect(told).toBeLessThanOrEqual(most);
  expect(JSON.parse(receiver.received.at(-1)?.body ?? "").logs.match(/line/g)).toHaveLength(20);
  await own.close();
  receiver.close();
});

test("a slow receiver gets fewer webhooks, in order, and the last one; the answer does not wait for it", async () => {
  const held: ServerResponse[] = [];
  let holds = true;
  const receiver = await Receiver.start((_, response) => void (holds ? held.push(response) : response.end()));
  expect((await server.client.predict({ input: { items: 200 }, webhook: receiver.url })).status).toBe("succeeded");
  await receiver.until((all) => all.length === 1);
  holds = false;
  for (const response of held) response.end();
  await receiver.until(hasEnded(receiver));
  expect(receiver.received.length).toBeLessThan(100);
  const lengths = bodies(receiver).map(({ output = [] }) => output.length);
  expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
  expect(lengths.at(-1)).toBe(200);
  receiver.close();
});
