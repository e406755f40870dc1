/** Why a container that runs is not ready: what the model says of itself, else what probes ran into. */
import { lastLines } from "./container.ts";
import { type Explanation, error, warning } from "./explanation.ts";
import type { Cluster, Pod } from "./objects.ts";

export function explainHealth({ metadata, status }: Pod, { events, voices }: Cluster): readonly Explanation[] {
  const { health, log } = voices.get(metadata.name) ?? {};
  const see = `kubectl logs ${metadata.name}`;
  switch (health?.status) {
    case "SETUP_FAILED":
      return [
        error(
          `setup() failed: ${health.error ?? "no reason was given"}`,
          `Correct it and push again. All it said: ${see}`,
        ),
      ];
    case "DEFUNCT":
      return [
        error(`the model died and was given up: ${health.error ?? "no reason was given"}`, `What it said: ${see}`),
      ];
    case "UNHEALTHY":
      return [
        error(
          `its own health check says no: ${health.user_healthcheck_error ?? ""}`,
          `See healthcheck() of the model, and ${see}`,
        ),
      ];
    case "STARTING":
      return [warning(`setup() is still running${lastLines(log)}`, "Wait, or see in its log what it waits for.")];
    case "BUSY":
      return [
        warning("it is busy, and takes no requests meanwhile", "That is what COG_READY_WHEN_BUSY=false asks for."),
      ];
    default:
      return status.phase === "Running" ? [explainProbe(metadata.name, events)] : [];
  }
}

function explainProbe(name: string, events: Cluster["events"]): Explanation {
  const failed = events.findLast(
    ({ involvedObject, reason }) => involvedObject.name === name && reason === "Unhealthy",
  );
  const { message = "" } = failed ?? {};
  if (/statuscode: 404/.test(message))
    return error(
      `its probes ask for what the image does not have: ${message}`,
      "The image has another Cog's server: make the manifest from that image, with 'cog deploy kubernetes --image'.",
    );
  if (/connection refused/.test(message))
    return warning(
      `nothing listens where the probes ask: ${message}`,
      "It is starting; or PORT is not what the manifest says: make it with 'cog deploy kubernetes -e PORT=…'.",
    );
  if (message !== "") return error(`it is not ready: ${message}`, `What it said: kubectl logs ${name}`);
  return warning("it is not ready yet", `What it said: kubectl logs ${name}`);
}
