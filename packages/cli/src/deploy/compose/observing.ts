/** Prometheus for the metrics of a model, and a collector for its traces, with their configurations. */
import type { JsonObject } from "@cog/core/json";
import { stringify } from "yaml";
import type { Composed } from "./composed.ts";

const PROMETHEUS = "prom/prometheus:v3.5.0";
const COLLECTOR = "otel/opentelemetry-collector:0.130.0";
const OTLP_PORT = 4318;

export function tracingVariables({ model }: Composed): JsonObject {
  return { OTEL_EXPORTER_OTLP_ENDPOINT: `http://collector:${OTLP_PORT}`, OTEL_SERVICE_NAME: model.name };
}

export function prometheusService(): JsonObject {
  return {
    image: PROMETHEUS,
    restart: "unless-stopped",
    ports: ["127.0.0.1:9090:9090"],
    configs: [{ source: "prometheus", target: "/etc/prometheus/prometheus.yml" }],
    volumes: ["prometheus:/prometheus"],
  };
}

export function collectorService(): JsonObject {
  return {
    image: COLLECTOR,
    restart: "unless-stopped",
    configs: [{ source: "collector", target: "/etc/otelcol/config.yaml" }],
  };
}

export function configs({ server, wish, model }: Composed): JsonObject {
  const service = wish.queue === undefined ? "model" : "worker";
  const scrapes = {
    global: { scrape_interval: "15s" },
    // By name, so that each of several workers is found.
    scrape_configs:
      server.metricsPort === undefined
        ? []
        : [
            {
              job_name: model.name,
              dns_sd_configs: [{ names: [service], type: "A", port: server.metricsPort, refresh_interval: "15s" }],
            },
          ],
  };
  const pipeline = { receivers: ["otlp"], processors: ["batch"], exporters: ["debug"] };
  const collects = {
    receivers: { otlp: { protocols: { http: { endpoint: `0.0.0.0:${OTLP_PORT}` } } } },
    processors: { batch: {} },
    exporters: { debug: { verbosity: "basic" } },
    service: { pipelines: { traces: pipeline } },
  };
  return { prometheus: { content: stringify(scrapes) }, collector: { content: stringify(collects) } };
}
