/** What decides how many pods there are: an autoscaler by slots that are busy, KEDA by messages that wait. */
import type { JsonObject } from "@cog/core/json";
import { type Noted, present } from "../document.ts";
import type { KubernetesWish, QueueWish, Span } from "../wish.ts";
import type { Deployed } from "./deployed.ts";
import { metadata } from "./meta.ts";
import { CONTAINER, REDIS_PASSWORD } from "./names.ts";

const COOLDOWN_SECONDS = 300;
const QUEUE_REPLICAS: Span<number> = { least: 0, most: 8 };

export function replicasOf({ replicas, queue }: KubernetesWish): Span<number> {
  return replicas ?? (queue === undefined ? { least: 1, most: 1 } : QUEUE_REPLICAS);
}

export function hasAutoscaler(wish: KubernetesWish): boolean {
  const { least, most } = replicasOf(wish);
  return least < most;
}

export function horizontalAutoscaler(deployed: Deployed): Noted {
  const { least, most } = replicasOf(deployed.wish);
  return {
    value: {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: metadata(deployed),
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployed.model.name },
        minReplicas: least,
        maxReplicas: most,
        metrics: [
          {
            type: "Pods",
            pods: {
              metric: { name: "cog_slots_busy_ratio" },
              target: { type: "AverageValue", averageValue: "700m" },
            },
          },
        ],
        behavior: {
          scaleDown: {
            stabilizationWindowSeconds: COOLDOWN_SECONDS,
            policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
          },
        },
      },
    },
    notes: [
      { path: ["spec", "metrics"], text: "Needs something that serves metrics of pods, like prometheus-adapter." },
    ],
  };
}

export function scaledObject(deployed: Deployed): Noted {
  const { model, wish } = deployed;
  const { least, most } = replicasOf(wish);
  return {
    value: {
      apiVersion: "keda.sh/v1alpha1",
      kind: "ScaledObject",
      metadata: metadata(deployed),
      spec: {
        scaleTargetRef: { name: model.name, envSourceContainerName: CONTAINER },
        minReplicaCount: least,
        maxReplicaCount: most,
        cooldownPeriod: COOLDOWN_SECONDS,
        triggers: wish.queue === undefined ? [] : [...waiting(deployed, wish.queue), ...running(deployed, wish.queue)],
      },
    },
    notes: [
      {
        path: ["spec", "triggers"],
        text: "Messages that wait (Redis 7 or newer), and those that run: without these, pods would go while they work.",
      },
    ],
  };
}

/** Entries that nobody has read yet: seen also when no worker is there, so that the first one is started. */
export function waiting({ wish, server }: Deployed, queue: QueueWish): JsonObject[] {
  const each = wish.perJob ? 1 : 2 * server.slots;
  return queue.names.map((name) => trigger(wish, queue, name, { lagCount: String(each), activationLagCount: "0" }));
}

/** Entries that are worked on, or were when a worker went: somebody has to be there to take those over. */
function running({ wish, server }: Deployed, queue: QueueWish): JsonObject[] {
  return queue.names.map((name) => trigger(wish, queue, name, { pendingEntriesCount: String(server.slots) }));
}

function trigger(
  { redisPassword, namespace }: KubernetesWish,
  { redis }: QueueWish,
  stream: string,
  target: JsonObject,
): JsonObject {
  // KEDA looks the name up from its own namespace.
  const host = namespace === undefined || redis.host.includes(".") ? redis.host : `${redis.host}.${namespace}`;
  return {
    type: "redis-streams",
    metadata: present({
      address: `${host}:${redis.port}`,
      username: redis.user === "" ? undefined : redis.user,
      passwordFromEnv: redisPassword === undefined ? undefined : REDIS_PASSWORD,
      databaseIndex: redis.database === 0 ? undefined : String(redis.database),
      enableTLS: redis.tls ? "true" : undefined,
      stream,
      consumerGroup: stream,
      ...target,
    }),
  };
}
