/** The settings of the prediction server that whoever runs it has to agree with. */
import { UserError } from "@cog/core/errors";
import type { DeployedModel, Environment } from "./model.ts";
import type { Variable } from "./wish.ts";

export interface ServerSettings {
  readonly port: number;
  /** Where `/metrics` is; undefined when it is off, or there is none. */
  readonly metricsPort: number | undefined;
  readonly probePrefix: string;
  readonly drainSeconds: number;
  /** What the model may take to stop, once it is told to. */
  readonly stopSeconds: number;
  /** How many predictions it runs at a time, as far as the image says. */
  readonly slots: number;
}

/** How long an endpoint may still be sent requests after its pod is told to go. */
export const PRE_STOP_SECONDS = 5;
/** Workers are ended, webhooks sent and files removed after the last prediction. */
const SPARE_SECONDS = 25;
const DRAIN_SECONDS = 300;

/** @param environment what the container gets, over what the image sets */
export function serverSettings({ server, environment: own }: DeployedModel, environment: Environment): ServerSettings {
  const given = (name: string): string | undefined => environment.get(name) || own.get(name) || undefined;
  const seconds = (name: string, fallback: number): number => {
    const value = Number(given(name) ?? fallback);
    return Number.isFinite(value) && value >= 0 ? Math.ceil(value) : fallback;
  };
  const count = (name: string): number => Math.max(1, Math.floor(Number(given(name) ?? 1)) || 1);
  const port = portOf("PORT", given("PORT")) ?? 5000;
  const ownPort = portOf("COG_METRICS_PORT", given("COG_METRICS_PORT"));
  if (ownPort === port)
    throw new UserError("deploy.port", `PORT and COG_METRICS_PORT are both ${port}`, {
      hint: "Leave COG_METRICS_PORT out, and metrics are on the port of predictions; or choose another one.",
    });
  const measures = server === "cog" && !/^(off|0|false|no)$/i.test(given("COG_METRICS") ?? "");
  const drainSeconds = seconds("COG_DRAIN_TIMEOUT", DRAIN_SECONDS);
  const delaySeconds = seconds("COG_DRAIN_DELAY", 0);
  return {
    port,
    metricsPort: measures ? (ownPort ?? port) : undefined,
    probePrefix: (given("COG_PROBE_PREFIX") ?? "").replace(/\/+$/, ""),
    drainSeconds,
    stopSeconds: PRE_STOP_SECONDS + delaySeconds + drainSeconds + SPARE_SECONDS,
    slots: count("COG_WORKERS") * count("COG_MAX_CONCURRENCY"),
  };
}

function portOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  throw new UserError("deploy.port", `${name} is ${JSON.stringify(text)}, which is no port`, {
    hint: "Set it to a whole number from 1 to 65535.",
  });
}

/** Those that are known here. */
export function valuesOf(variables: readonly Variable[]): Environment {
  return new Map(variables.flatMap((one) => ("value" in one ? [[one.name, one.value] as const] : [])));
}
