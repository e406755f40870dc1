/** Whether traces are sent, and how. Where to, and how many, the OpenTelemetry libraries read from `OTEL_*` themselves. */
import type { Environment } from "./settings.ts";

export interface TraceSettings {
  readonly protocol: "http/protobuf" | "http/json";
  /** Stacks of exceptions are sent too. */
  readonly stacks: boolean;
}

const SWITCHES = [
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  // All that earlier versions of Cog asked for.
  "OTEL_SERVICE_NAME",
];

/** Undefined: nothing is traced. */
export function readTraces(env: Environment, warnings: string[]): TraceSettings | undefined {
  if (env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return undefined;
  const exporters = listOf(env["OTEL_TRACES_EXPORTER"]);
  if (exporters.length > 0 && !exporters.includes("otlp")) {
    if (exporters.some((name) => name !== "none")) {
      warnings.push(`OTEL_TRACES_EXPORTER is ${exporters.join(",")}, which is not usable; traces go by otlp only`);
    }
    return undefined;
  }
  if (exporters.length === 0 && !SWITCHES.some((name) => env[name])) return undefined;
  return { protocol: protocolOf(env, warnings), stacks: env["COG_OTEL_STACKS"] === "1" };
}

function protocolOf(env: Environment, warnings: string[]): TraceSettings["protocol"] {
  const name = env["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] || env["OTEL_EXPORTER_OTLP_PROTOCOL"] || "http/protobuf";
  if (name === "http/protobuf" || name === "http/json") return name;
  warnings.push(`OTEL_EXPORTER_OTLP_PROTOCOL is ${name}, which is not usable; continuing with http/protobuf`);
  return "http/protobuf";
}

function listOf(value = ""): readonly string[] {
  return value
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
