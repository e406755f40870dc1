/** A pod with the model: its container, what runs before it, and the nodes it may be on. */
import type { Json, JsonObject } from "@cog/core/json";
import { type Note, type Noted, present } from "../document.ts";
import { PRE_STOP_SECONDS } from "../server.ts";
import { modelContainer } from "./container.ts";
import type { Deployed } from "./deployed.ts";
import { tolerationsOf } from "./gpu.ts";
import { labels } from "./meta.ts";
import { sharedMemoryVolume, weightVolumes } from "./volumes.ts";
import { weightsContainer } from "./weights.ts";

type Path = readonly (string | number)[];

/** @param at where the template stands in its object */
export function podTemplate(deployed: Deployed, at: Path): Noted {
  const { model, wish, server } = deployed;
  const container = modelContainer(deployed, [...at, "spec", "containers", 0]);
  const init = weightsContainer(deployed);
  const volumes = [sharedMemoryVolume(deployed), ...weightVolumes(deployed)];
  const grace = `What a stop may take: ${PRE_STOP_SECONDS} s of preStop, ${server.drainSeconds} s of COG_DRAIN_TIMEOUT, the rest to clean up.`;
  const notes: Note[] = [
    ...(model.server === "cog" ? [{ path: [...at, "spec", "terminationGracePeriodSeconds"], text: grace }] : []),
    ...container.notes,
  ];
  return {
    value: {
      metadata: present({ labels: labels(deployed), annotations: scrapeAnnotations(deployed) }),
      spec: present({
        terminationGracePeriodSeconds: server.stopSeconds,
        restartPolicy: wish.perJob ? "Never" : undefined,
        serviceAccountName: wish.serviceAccount,
        // A model has no business with the cluster, unless it is given an account for it.
        automountServiceAccountToken: wish.serviceAccount === undefined ? false : undefined,
        imagePullSecrets: wish.pullSecret === undefined ? undefined : [{ name: wish.pullSecret }],
        ...placement(deployed),
        initContainers: init === undefined ? undefined : [init],
        containers: [container.value],
        volumes,
      }),
    },
    notes,
  };
}

function placement(deployed: Deployed): Record<string, Json | undefined> {
  const { gpuProduct, runtimeClass } = deployed.wish;
  return {
    runtimeClassName: runtimeClass,
    nodeSelector: gpuProduct === undefined ? undefined : { "nvidia.com/gpu.product": gpuProduct },
    tolerations: tolerationsOf(deployed),
  };
}

function scrapeAnnotations({ server }: Deployed): JsonObject | undefined {
  if (server.metricsPort === undefined) return undefined;
  return {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": String(server.metricsPort),
    "prometheus.io/path": "/metrics",
  };
}
