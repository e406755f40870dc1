/** Traces as a collector receives them from a real server. */
import { expect, test, vi } from "vitest";
import {
  type CollectedSpan,
  Collector,
  type ModelServer,
  OBEDIENT,
  OBEDIENT_SCHEMA,
  Receiver,
  serving,
} from "#testing";

// Polls may take a minute on a busy machine.
vi.setConfig({ testTimeout: 120_000, expect: { poll: { timeout: 60_000 } } });

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const traceparent = `00-${TRACE}-${CALLER}-01`;
const ITS_OWN = "output = current_scope().trace_context['traceparent'] + ' ' + os.environ['TRACEPARENT']";

async function traced<T>(
  env: Readonly<Record<string, string>>,
  use: (server: ModelServer, collector: Collector) => Promise<T>,
): Promise<T> {
  const collector = await Collector.start();
  const own = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: "50", ...env };
  try {
    return await serving({ ...model, env: own }, (server) => use(server, collector));
  } finally {
    collector.close();
  }
}

/** Polls until the span that ends last is there. */
async function spansOfTrace(
  collector: Collector,
  trace: string,
  names: readonly string[],
): Promise<Map<string, CollectedSpan>> {
  const find = () => collector.spans().filter((span) => span.trace === trace);
  await expect
    .poll(
      () =>
        find()
          .map(({ name }) => name)
          .sort(),
      { timeout: 60_000 },
    )
    .toEqual([...names].sort());
  return new Map(find().map((span) => [span.name, span]));
}

async function outputOf(response: Promise<Response>): Promise<unknown> {
  const body: unknown = await (await response).json();
  return typeof body === "object" && body !== null && "output" in body ? body.output : undefined;
}

const ALL = ["cog.prediction", "cog.prediction.inputs", "cog.predict", "cog.prediction.upload", "cog.webhook"];

test.each(["http/protobuf", "http/json"])("a prediction with all that belongs to it, by %s", async (protocol) => {
  const other = await Receiver.start((_, response) => response.end("content"));
  const env = { OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_RESOURCE_ATTRIBUTES: "team=vision", COG_MODEL: "mine" };
  await traced(env, async (server, collector) => {
    const body = {
      id: "one",
      input: { do: "output = Path('out.txt'); output.write_text('x')", file: `${other.url}/in.txt` },
      output_file_prefix: `${other.url}/up`,
      webhook: `${other.url}/hook`,
      webhook_events_filter: ["completed"],
    };
    const headers = { traceparent, tracestate: "vendor=1" };
    expect(await (await server.post("/predictions", body, headers)).json()).toMatchObject({ status: "succeeded" });
    const spans = await spansOfTrace(collector, TRACE, ALL);
    const prediction = spans.get("cog.prediction");
    expect(prediction).toMatchObject({
      parent: CALLER,
      attributes: {
        "cog.prediction.id": "one",
        "cog.prediction.status": "succeeded",
        "cog.prediction.slot": 0,
        "http.route": "/predictions",
        "http.request.method": "POST",
      },
      resource: { "service.name": "mine", team: "vision" },
      error: undefined,
    });
    expect(prediction?.attributes["time_in_queue"]).toBeGreaterThanOrEqual(0);
    for (const name of ALL.slice(1)) expect([name, spans.get(name)?.parent]).toEqual([name, prediction?.id]);
    const hook = other.received.find(({ path }) => path === "/hook");
    expect(hook?.headers).toMatchObject({
      traceparent: `00-${TRACE}-${spans.get("cog.webhook")?.id}-01`,
      tracestate: "vendor=1",
    });
    expect(collector.types).toEqual([protocol === "http/json" ? "application/json" : "application/x-protobuf"]);

    const setup = collector.spans().find(({ name }) => name === "cog.setup");
    expect(setup).toMatchObject({ parent: "", attributes: { "cog.model": "mine", error: false } });
    expect(collector.spans().find(({ name }) => name === "cog.setup.model")?.parent).toBe(setup?.id);
  });
  other.close();
});

test("the model's own spans belong to its part of the prediction; its lines in the log name the trace", async () => {
  await traced({}, async (server, collector) => {
    const body = { id: "two", input: { do: `print("seen")\n${ITS_OWN}` } };
    const output = await outputOf(server.post("/predictions", body, { traceparent }));
    const spans = await spansOfTrace(collector, TRACE, ["cog.prediction", "cog.predict"]);
    const own = `00-${TRACE}-${spans.get("cog.predict")?.id}-01`;
    expect(output).toBe(`${own} ${own}`);
    await server.logged('"message":"seen"');
    const line = server.log.split("\n").find((text) => text.includes('"message":"seen"')) ?? "";
    expect(JSON.parse(line).fields).toMatchObject({
      prediction_id: "two",
      trace_id: TRACE,
      span_id: spans.get("cog.prediction")?.id,
    });
  });
});

test("the first and the last item that a model yields are events", async () => {
  await traced({}, async (server, collector) => {
    await server.post("/predictions", { input: { do: "output = iter('abc')" } }, { traceparent });
    const spans = await spansOfTrace(collector, TRACE, ["cog.prediction", "cog.predict"]);
    expect(spans.get("cog.predict")?.events.map(({ name }) => name)).toEqual(["first_output", "last_output"]);
  });
});

test.each([
  { stacks: "0", stack: undefined },
  { stacks: "1", stack: expect.stringContaining("Traceback (most recent call last)") },
])("an exception is recorded, with its stack only when COG_OTEL_STACKS is 1 ($stacks)", async ({ stacks, stack }) => {
  await traced({ COG_OTEL_STACKS: stacks }, async (server, collector) => {
    await server.post("/predictions", { input: { do: "raise ValueError('no such style')" } }, { traceparent });
    const spans = await spansOfTrace(collector, TRACE, ["cog.prediction", "cog.predict"]);
    expect(spans.get("cog.prediction")).toMatchObject({
      error: "no such style",
      attributes: { "cog.prediction.status": "failed" },
    });
    const [recorded] = (spans.get("cog.predict")?.events ?? []).filter(({ name }) => name === "exception");
    expect(recorded?.attributes).toMatchObject({
      "exception.type": "ValueError",
      "exception.message": "no such style",
    });
    expect(recorded?.attributes["exception.stacktrace"]).toEqual(stack);
  });
});

test("what the caller does not sample is not sent, and passed on as such", async () => {
  await traced({}, async (server, collector) => {
    const unsampled = { traceparent: `00-${TRACE}-${CALLER}-00` };
    const output = await outputOf(server.post("/predictions", { input: { do: ITS_OWN } }, unsampled));
    expect(output).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00`));
    await server.post("/predictions", { input: {} });
    await expect.poll(() => collector.spans().some(({ name }) => name === "cog.predict")).toBe(true);
    expect(collector.spans().filter(({ trace }) => trace === TRACE)).toEqual([]);
  });
});

test("a collector that is not there holds nothing up, and is complained of", async () => {
  const env = {
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
    OTEL_BSP_SCHEDULE_DELAY: "50",
  };
  await serving({ ...model, env: { ...env, OTEL_EXPORTER_OTLP_TIMEOUT: "200" } }, async (server) => {
    for (let count = 0; count < 20; count += 1) await server.client.predict({ input: {} });
    await server.logged("traces could not be sent");
  });
});

test("an endpoint that is none is complained of, and nothing else happens", async () => {
  await serving({ ...model, env: { OTEL_EXPORTER_OTLP_ENDPOINT: ":::collector" } }, async (server) => {
    await server.logged(":::collector");
    expect((await server.client.predict({ input: {} })).status).toBe("succeeded");
  });
});

test.each([{ OTEL_SDK_DISABLED: "true" }, { OTEL_TRACES_EXPORTER: "none" }, { OTEL_EXPORTER_OTLP_ENDPOINT: "" }])(
  "not with %o",
  async (env) => {
    await traced(env, async (server, collector) => {
      const output = await outputOf(server.post("/predictions", { input: { do: ITS_OWN } }, { traceparent }));
      expect(output).toBe(`${traceparent} ${traceparent}`);
      await server.stop();
      expect(collector.spans()).toEqual([]);
    });
  },
);

test("a setup that waits for weights says so, and where it failed", async () => {
  const weights = JSON.stringify({ weights: [{ name: "w", target: "w", setDigest: "sha256:0" }] });
  const files = { ".cog/weights.json": weights };
  const collector = await Collector.start();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: "50" };
  const setup = () => collector.spans().filter(({ name }) => name.startsWith("cog.setup"));
  const names = () =>
    setup()
      .map(({ name, error }) => [name, error === undefined ? "fine" : "failed"])
      .sort();
  try {
    const late = { ...model, files, env: { ...env, COG_WEIGHTS_TIMEOUT: "0.2" }, until: "setup_failed" } as const;
    await serving(late, () =>
      expect.poll(names).toEqual([
        ["cog.setup", "failed"],
        ["cog.setup.weights_wait", "failed"],
      ]),
    );
    const there = { ...model, files: { ...files, "w/a": "here" }, env };
    await serving(there, () =>
      expect
        .poll(() => names().filter(([, how]) => how === "fine"))
        .toEqual([
          ["cog.setup", "fine"],
          ["cog.setup.model", "fine"],
          ["cog.setup.weights_wait", "fine"],
        ]),
    );
  } finally {
    collector.close();
  }
});
