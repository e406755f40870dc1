/** What is measured, and where it is shown. */
import { UserError } from "@cog/core/errors";
import type { Environment } from "./settings.ts";

export interface MetricsSettings {
  /** A port for `/metrics` alone; undefined: it is one of the server's routes. */
  readonly port: number | undefined;
  /** Metrics of the model that are exported too, as the model names them. */
  readonly modelMetrics: readonly string[];
}

const OFF: ReadonlySet<string> = new Set(["off", "0", "false", "no"]);
const MOST_PORT = 65_535;

/** Undefined: metrics are off. */
export function readMetrics(env: Environment, port: number): MetricsSettings | undefined {
  if (OFF.has((env["COG_METRICS"] ?? "").toLowerCase())) return undefined;
  const names = (env["COG_METRICS_EXPORT"] ?? "").split(",").map((name) => name.trim());
  return {
    port: readMetricsPort(env["COG_METRICS_PORT"], port),
    modelMetrics: names.filter((name) => name !== ""),
  };
}

function readMetricsPort(value: string | undefined, serverPort: number): number | undefined {
  if (value === undefined || value === "") return undefined;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > MOST_PORT) {
    throw new UserError("settings.port", `COG_METRICS_PORT is ${JSON.stringify(value)}.`, {
      hint: `Set it to a whole number from 0 to ${MOST_PORT}, or leave it out: then the server's own port has /metrics.`,
    });
  }
  if (port === serverPort && port !== 0) {
    throw new UserError("settings.port", `COG_METRICS_PORT is ${port}, which is the server's own port.`, {
      hint: "Set it to another port, or leave it out: then the server's own port has /metrics.",
    });
  }
  return port;
}
