/** `GET /metrics` of a real server, after real requests, read by Prometheus' own parser. */
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { ModelServer, Receiver, schemaOf, scrape, serving, until } from "#testing";

// Polls may take a minute on a busy machine.
vi.setConfig({ testTimeout: 120_000, expect: { poll: { timeout: 60_000 } } });

const MODEL = `
import os, time
from cog import BasePredictor, Path, current_scope

class Model(BasePredictor):
    def setup(self):
        time.sleep(0.01)

    def run(self, do: str = "", items: int = 0, file: Path = None):
        if items:
            return (str(number) for number in range(items))
        scope = dict(globals(), file=file, output="done")
        exec(do, scope)
        return scope["output"]

    def healthcheck(self):
        return not os.path.exists("sick")

def train(n: int = 0) -> str:
    return "trained"
`;

const model = {
  model: MODEL,
  schema: schemaOf({
    inputs: [
      { name: "do", type: { kind: "string" }, default: "" },
      { name: "items", type: { kind: "integer" }, default: 0 },
      { name: "file", type: { kind: "path" }, nullable: true, required: false },
    ],
    output: { kind: "object" },
    streaming: true,
    training: [{ name: "n", type: { kind: "integer" }, default: 0 }],
  }),
};

const SAVE = "output = Path('out.txt'); output.write_text('x')";

/** One of each kind of request in turn; what it must be counted as is in its answer. */
function requests(server: ModelServer, other: Receiver): readonly (() => Promise<Response>)[] {
  const predict = (body: object, headers = {}) => server.post("/predictions", body, headers);
  return [
    () => predict({ input: {} }),
    () => predict({ input: { do: "raise ValueError('no')" } }),
    () => predict({ input: { items: 3 } }),
    () => predict({ input: { items: 2 } }, { Accept: "text/event-stream" }),
    () => predict({ input: { do: 1 } }),
    () => server.post("/predictions", "{"),
    () => server.request("PUT", "/predictions/mine", { body: { input: {} } }),
    () => server.post("/trainings", { input: { n: 1 } }),
    () => server.request("GET", "/predictions/nobody"),
    () => server.request("GET", `/no/such/${Math.random()}`),
    () => predict({ input: {}, webhook: `${other.url}/hook`, webhook_events_filter: ["completed"] }),
    () => predict({ input: { file: `${other.url}/in.txt` } }),
    () => predict({ input: { file: `${other.url}/missing.txt` } }),
    () => predict({ input: { do: SAVE }, output_file_prefix: `${other.url}/up` }),
    () => predict({ input: { do: SAVE }, output_file_prefix: `${other.url}/refused` }),
    () => predict({ input: { do: "import time; time.sleep(60)" } }, { Prefer: "respond-async" }),
    () => predict({ input: {} }),
    () => server.post("/predictions/canceled/cancel"),
    () => server.request("GET", "/health-check"),
    () => predict({ input: { do: "current_scope().record_metric('tokens.out', 5, mode='incr')" } }),
  ];
}

test("after a thousand mixed requests the counters say what was asked and answered", async () => {
  const other = await Receiver.start(({ path }, response) => {
    response.statusCode = /missing|refused/.test(path) ? 404 : 200;
    response.end("content");
  });
  const env = { COG_TRAIN_TYPE_STUB: "predict.py:train", COG_METRICS_EXPORT: "tokens.out, unused" };
  await serving({ ...model, env }, async (server) => {
    const answers: Record<string, number> = {};
    const outcomes: Record<string, number> = {};
    const refusals: Record<string, number> = {};
    const add = (counts: Record<string, number>, key: string, amount = 1) => {
      counts[key] = (counts[key] ?? 0) + amount;
    };
    const kinds = requests(server, other);
    let sent = 0;
    let trainings = 0;
    for (let round = 0; round < 50; round += 1) {
      for (const ask of kinds) {
        const response = await ask();
        sent += 1;
        const { pathname } = new URL(response.url);
        const text = await response.text();
        add(answers, String(response.status));
        if (pathname === "/trainings") trainings += 1;
        if (!/^\/(predictions|trainings)(\/mine)?$/.test(pathname)) continue;
        if (response.status === 409) add(refusals, "busy");
        else if (response.status >= 400) add(refusals, "invalid");
        else if (response.status === 202) {
          const { id } = JSON.parse(text);
          // The next one finds the slot taken; this one is canceled then.
          await server.client.predict({ input: {} }).catch(() => add(refusals, "busy"));
          add(answers, "409");
          add(answers, "200");
          sent += 2;
          expect((await server.post(`/predictions/${id}/cancel`)).status).toBe(200);
          await expect.poll(async () => (await server.client.health()).status).toBe("READY");
          add(outcomes, "canceled");
        } else add(outcomes, /"status":"(succeeded|failed)"/.exec(text)?.[1] ?? "none");
      }
    }
    await other.until((received) => received.filter(({ path }) => path === "/hook").length === 50);
    expect(sent).toBe(1100);
    expect(outcomes).toEqual({ succeeded: 500, failed: 150, canceled: 50 });

    await expect.poll(async () => (await scrape(server)).sum("cog_webhook_deliveries_total")).toBe(50);
    const text = await scrape(server);
    const open = await scrape(server, "open");
    for (const metrics of [text, open]) {
      expect(metrics.by("cog_predictions_total", "status")).toEqual(outcomes);
      expect(metrics.by("cog_predictions_total", "method")).toEqual({ predict: 700 - trainings, train: trainings });
      expect(metrics.by("cog_requests_rejected_total", "reason")).toEqual(refusals);
      expect(metrics.by("cog_prediction_failures_total", "reason")).toEqual({
        exception: 50,
        validation: 50,
        upload: 50,
      });
      expect(metrics.by("cog_prediction_duration_seconds_count", "status")).toEqual(outcomes);
      expect(metrics.by("cog_prediction_queue_time_seconds_count", "source")).toEqual({ http: 700 });
      expect(metrics.by("cog_upload_duration_seconds_count", "result")).toEqual({ succeeded: 50, failed: 50 });
      expect(metrics.by("cog_input_download_duration_seconds_count", "result")).toEqual({ succeeded: 50, failed: 50 });
      expect(metrics.by("cog_webhook_deliveries_total", "result")).toEqual({ delivered: 50 });
      expect(metrics.sum("cog_webhook_delivery_duration_seconds_count", { event: "completed" })).toBe(50);
      // 400 values that were returned, and what 50 iterators of three items and 50 of two gave.
      expect(metrics.sum("cog_prediction_outputs_total")).toBe(400 + 5 * 50);
      expect(metrics.sum("cog_prediction_time_to_first_output_seconds_count")).toBe(500);
      expect(metrics.sum("cog_prediction_output_interval_seconds_count")).toBe(3 * 50);
      expect(metrics.sum("cog_model_tokens_out_total")).toBe(250);
      expect(metrics.sum("cog_predictions_in_flight")).toBe(0);
      expect(metrics.by("cog_health_state", "state")).toEqual({ READY: 1 });
      expect(metrics.sum("cog_setup_success")).toBe(1);
      expect(metrics.sum("cog_setup_duration_seconds")).toBeGreaterThanOrEqual(0.01);
      expect(metrics.sum("cog_slots")).toBe(1);
      expect(metrics.sum("cog_worker_memory_bytes")).toBeGreaterThan(1e6);
      expect(metrics.sum("cog_worker_cpu_seconds_total")).toBeGreaterThan(0);
      expect(metrics.sum("process_cpu_seconds_total")).toBeGreaterThan(0);
      expect(metrics.sum("process_resident_memory_bytes")).toBeGreaterThan(1e6);
      expect(metrics.has("nodejs_eventloop_lag_seconds")).toBe(true);
      expect(metrics.sum("cog_build_info", { python_version: "", model: "" })).toBe(0);
      expect(metrics.sum("cog_build_info")).toBe(1);
    }
    const http = "cog_http_request_duration_seconds_count";
    expect(text.sum(http, { route: "/predictions/{id}", method: "PUT", code: "200" })).toBe(50);
    expect(text.sum(http, { route: "", code: "404" })).toBe(50);
    expect(text.sum(http, { route: "/predictions", code: "400" })).toBe(answers["400"]);
    expect(text.sum(http, { code: "422" })).toBe(answers["422"]);
    expect(text.sum(http, { code: "409" })).toBe(answers["409"]);
    expect(text.sum("cog_input_bytes_total")).toBeGreaterThan(700 * 2);
  });
  other.close();
}, 240_000);

test("a worker that dies is counted, as are those whom it leaves without one", async () => {
  await serving({ ...model, env: { COG_WORKERS: "1" } }, async (server) => {
    await server.client.predict({ input: { do: "os._exit(3)" } });
    await until(server, "READY");
    const { status } = await server.request("GET", "/readyz");
    expect(status).toBe(200);
    const metrics = await scrape(server);
    expect(metrics.by("cog_prediction_failures_total", "reason")).toEqual({ worker_crash: 1 });
    expect(metrics.sum("cog_worker_restarts_total")).toBe(1);
  });
});

test("a model that says it is not well is UNHEALTHY, once it was asked", async () => {
  await serving({ ...model, files: { sick: "" } }, async (server) => {
    await server.client.health();
    expect((await scrape(server)).by("cog_health_state", "state")).toEqual({ UNHEALTHY: 1 });
  });
});

test("COG_METRICS=off: no route", async () => {
  await serving({ ...model, env: { COG_METRICS: "off" } }, async (server) => {
    await server.client.predict({ input: {} });
    expect((await server.request("GET", "/metrics")).status).toBe(404);
  });
});

test("what writes metrics and sends traces is not loaded before it is wanted: a server that lacks it serves predictions", async () => {
  const dist = fileURLToPath(new URL("../../../../dist/", import.meta.url));
  const copy = mkdtempSync(join(tmpdir(), "cog-test-"));
  cpSync(join(dist, "server.mjs"), join(copy, "server.mjs"));
  cpSync(join(dist, "server-parts"), join(copy, "server-parts"), {
    recursive: true,
    filter: (path) => !/nodejs_eventloop_lag_seconds|OTEL_TRACES_SAMPLER/.test(readableText(path)),
  });
  await serving({ ...model, env: { COG_SERVER_BUNDLE: join(copy, "server.mjs") } }, async (server) => {
    await server.client.predict({ input: {} });
    expect((await server.request("GET", "/metrics")).status).toBe(500);
  });
  rmSync(copy, { recursive: true });
});

/** In the place of NVIDIA's program, which few machines have: the second GPU is cut into parts, and does not say how busy it is. */
const NVIDIA_SMI = `#!/bin/sh
echo "0, 1024, 37"
echo "1, 2, [N/A]"
`;

test("memory and work of GPUs, where nvidia-smi tells of them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cog-test-"));
  writeFileSync(join(folder, "nvidia-smi"), NVIDIA_SMI, { mode: 0o755 });
  await serving({ ...model, env: { PATH: `${folder}:${process.env["PATH"]}` } }, async (server) => {
    const metrics = await scrape(server);
    expect(metrics.by("cog_gpu_memory_used_bytes", "gpu")).toEqual({ 0: 1024 * 1024 * 1024, 1: 2 * 1024 * 1024 });
    expect(metrics.by("cog_gpu_utilization_ratio", "gpu")).toEqual({ 0: 0.37 });
  });
  rmSync(folder, { recursive: true });
});

test("COG_METRICS_PORT: metrics have a port of their own, which answers nothing else", async () => {
  await serving({ ...model, env: { COG_METRICS_PORT: "0" } }, async (server) => {
    await server.logged("listening for metrics");
    const port = /"listening for metrics".*?"port":(\d+)/.exec(server.log)?.[1];
    const url = `http://127.0.0.1:${port}`;
    await server.client.predict({ input: {} });
    expect((await scrape({ url })).sum("cog_predictions_total")).toBe(1);
    expect((await server.request("GET", "/metrics")).status).toBe(404);
    expect((await fetch(`${url}/predictions`, { method: "POST" })).status).toBe(404);
  });
});

test("a port for metrics that is the server's own, or taken, ends the start with the reason", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "0.0.0.0", resolve));
  const address = taken.address();
  const port = String(typeof address === "object" && address !== null ? address.port : 0);
  await expect(ModelServer.start({ ...model, env: { COG_METRICS_PORT: port } })).rejects.toThrow(/EADDRINUSE.*/);
  await expect(ModelServer.start({ ...model, env: { PORT: "5123", COG_METRICS_PORT: "5123" } })).rejects.toThrow(
    /COG_METRICS_PORT is 5123, which is the server's own port/,
  );
  taken.close();
});

function readableText(path: string): string {
  return statSync(path).isFile() ? readFileSync(path, "utf8") : "";
}
