/** The container of the model: what it is told, when it is ready, what it may use. */
import type { Json, JsonObject } from "@cog/core/json";
import { type Note, type Noted, present } from "../document.ts";
import { PRE_STOP_SECONDS } from "../server.ts";
import { redisUrl, type Variable } from "../wish.ts";
import type { Deployed } from "./deployed.ts";
import { gpuOf } from "./gpu.ts";
import { CONTAINER, REDIS_PASSWORD } from "./names.ts";
import { probes } from "./probes.ts";
import { SHARED_MEMORY_MOUNT, weightMounts } from "./volumes.ts";

/** @param at where the container stands in its object */
export function modelContainer(deployed: Deployed, at: readonly (string | number)[]): Noted {
  const { model, server, wish } = deployed;
  const { foundAs } = model.image;
  const minutes = Math.round(wish.setupSeconds / 60);
  const notes: Note[] = [
    ...(foundAs === undefined ? [] : [{ path: [...at, "image"], text: `${foundAs} when this was made` }]),
    {
      path: [...at, "startupProbe"],
      text: `setup() may take ${minutes === 1 ? "a minute" : `${minutes} minutes`}; the other probes wait for it.`,
    },
    { path: [...at, "lifecycle"], text: "Requests stop coming before the server stops listening." },
    {
      path: [...at, "volumeMounts", 0],
      text: "The usual 64 MiB are too few for data loaders of torch. What is in it counts as memory.",
    },
  ];
  return {
    value: present({
      name: CONTAINER,
      image: model.image.reference,
      command: workerCommand(deployed),
      ports: [
        { name: "http", containerPort: server.port },
        ...(server.metricsPort === undefined || server.metricsPort === server.port
          ? []
          : [{ name: "metrics", containerPort: server.metricsPort }]),
      ],
      env: environment(deployed),
      ...probes(deployed),
      lifecycle: { preStop: { exec: { command: ["sh", "-c", `sleep ${PRE_STOP_SECONDS}`] } } },
      resources: resources(deployed),
      volumeMounts: [SHARED_MEMORY_MOUNT, ...weightMounts(deployed, { readOnly: true })],
    }),
    notes,
  };
}

function workerCommand({ wish: { queue } }: Deployed): Json | undefined {
  if (queue === undefined) return undefined;
  return ["python", "-m", "cog.server.redis_queue", ...queue.names.flatMap((name) => ["--queue", name])];
}

function environment(deployed: Deployed): Json {
  const { model, server, wish } = deployed;
  const given = new Set(wish.variables.map(({ name }) => name));
  const ours: Variable[] = [
    { name: "PORT", value: String(server.port) },
    ...(model.server === "cog" ? [{ name: "COG_DRAIN_TIMEOUT", value: String(server.drainSeconds) }] : []),
    ...queueVariables(deployed),
  ];
  return [...ours.filter(({ name }) => !given.has(name)), ...wish.variables].map(asEnvironment);
}

/** The password stands before the URL, which can then name it. */
function queueVariables({ wish: { queue, redisPassword, perJob } }: Deployed): readonly Variable[] {
  if (queue === undefined) return [];
  return [
    ...(redisPassword === undefined ? [] : [{ name: REDIS_PASSWORD, secret: redisPassword }]),
    { name: "COG_REDIS_URL", value: redisUrl(queue.redis, redisPassword && `$(${REDIS_PASSWORD})`) },
    ...(perJob ? [{ name: "COG_QUEUE_MAX_JOBS", value: "1" }] : []),
  ];
}

function asEnvironment(variable: Variable): JsonObject {
  const { name } = variable;
  if ("value" in variable) return { name, value: variable.value };
  if (!("secret" in variable)) throw new Error(`${name} has no value in a cluster`);
  const { secret, key } = variable.secret;
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}

/** GPUs stand in the limits alone: they are requested as well by that. */
function resources(deployed: Deployed): JsonObject {
  const { cpu, memory } = deployed.wish;
  const gpu = gpuOf(deployed);
  return {
    requests: { cpu: cpu.least, memory: memory.least.text },
    limits: present({
      cpu: cpu.most,
      memory: memory.most.text,
      ...(gpu !== undefined && { [gpu.resource]: gpu.count }),
    }),
  };
}
