/** How the kubelet learns whether the model is up, may get requests, and should be started again. */
import type { Json, JsonObject } from "@cog/core/json";
import type { Deployed } from "./deployed.ts";

const STARTUP_PERIOD_SECONDS = 2;
/** Written by the reference, as by us, once setup() succeeded. */
const READY_FILE = "/var/run/cog/ready";

export function probes({ model, server, wish }: Deployed): Readonly<Record<string, Json>> {
  const get = (path: string): JsonObject => ({ httpGet: { path: `${server.probePrefix}/${path}`, port: "http" } });
  const isReadyFile: JsonObject = { exec: { command: ["test", "-f", READY_FILE] } };
  const isOurs = model.server === "cog";
  return {
    startupProbe: {
      ...(isOurs ? get("startupz") : isReadyFile),
      periodSeconds: STARTUP_PERIOD_SECONDS,
      failureThreshold: Math.max(1, Math.ceil(wish.setupSeconds / STARTUP_PERIOD_SECONDS)),
    },
    readinessProbe: { ...(isOurs ? get("readyz") : isReadyFile), periodSeconds: 2, failureThreshold: 1 },
    livenessProbe: {
      ...(isOurs ? get("livez") : { httpGet: { path: "/health-check", port: "http" } }),
      periodSeconds: 10,
      failureThreshold: 3,
      timeoutSeconds: 5,
    },
  };
}
