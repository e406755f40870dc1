/** The model as a service; or, with a queue, workers of it behind a gateway. */
import type { Json, JsonObject } from "@cog/core/json";
import { present } from "../document.ts";
import { type DeployedModel, deviceCount } from "../model.ts";
import { type ComposeWish, type Memory, type QueueWish, redisUrl } from "../wish.ts";
import { type Composed, literal, passed } from "./composed.ts";
import { OBJECT_STORE_VARIABLES } from "./object-storage.ts";
import { tracingVariables } from "./observing.ts";

const SETUP_TIME = "30m";

export function modelService(composed: Composed): JsonObject {
  return present({
    ...whatRuns(composed),
    ports: [`${composed.wish.port}:${composed.server.port}`],
    ...runs(composed),
  });
}

export function workerService(composed: Composed, queue: QueueWish): JsonObject {
  const { replicas } = composed.wish;
  const service = runs(composed, queueVariables(queue));
  const deploy = { ...(replicas === 1 ? {} : { replicas }), ...(service["deploy"] as JsonObject | undefined) };
  return present({
    ...whatRuns(composed),
    command: ["python", "-m", "cog.server.redis_queue", ...queue.names.flatMap((name) => ["--queue", literal(name)])],
    ...service,
    deploy: Object.keys(deploy).length === 0 ? undefined : deploy,
    depends_on: dependencies(composed),
  });
}

/** Without a model, and without a GPU: what waits for the workers. */
export function gatewayService(composed: Composed, queue: QueueWish): JsonObject {
  const { server, wish } = composed;
  const [first = ""] = queue.names;
  return present({
    ...whatRuns(composed),
    command: ["python", "-m", "cog.server.gateway", "--queue", literal(first)],
    ports: [`${wish.port}:${server.port}`],
    environment: {
      PORT: String(server.port),
      COG_DRAIN_TIMEOUT: String(server.drainSeconds),
      ...queueVariables(queue),
      ...givenVariables(wish),
    },
    healthcheck: healthcheck(server.port),
    stop_grace_period: `${server.stopSeconds}s`,
    depends_on: dependencies(composed),
  });
}

export function redisService(): JsonObject {
  return {
    image: "redis:7",
    command: ["redis-server", "--appendonly", "yes", "--maxmemory-policy", "noeviction"],
    restart: "unless-stopped",
    volumes: ["redis:/data"],
    healthcheck: { test: ["CMD", "redis-cli", "ping"], interval: "5s" },
  };
}

/** Weights outlive the container: what is there already is not fetched again. */
export function weightVolumes({
  weights,
}: DeployedModel): readonly { readonly volume: string; readonly target: string }[] {
  return weights.map(({ name, target }) => ({ volume: `weights-${name}`, target }));
}

function whatRuns({ model }: Composed): JsonObject {
  return { image: model.image.reference, restart: "unless-stopped" };
}

function runs(composed: Composed, more: JsonObject = {}): JsonObject {
  const { model, server, wish } = composed;
  const volumes = weightVolumes(model).map(({ volume, target }) => `${volume}:${target}`);
  return present({
    environment: environment(composed, more),
    healthcheck: healthcheck(server.port),
    stop_grace_period: `${server.stopSeconds}s`,
    shm_size: sizeText(wish.sharedMemory),
    volumes: volumes.length === 0 ? undefined : volumes,
    deploy: resources(composed),
  });
}

function environment(composed: Composed, more: JsonObject): JsonObject {
  const { model, server, wish } = composed;
  return {
    PORT: String(server.port),
    ...(model.server === "cog" && { COG_DRAIN_TIMEOUT: String(server.drainSeconds) }),
    ...(model.weights.length > 0 && { COG_WEIGHTS_FETCH: "1", COG_WEIGHTS_REPO: model.weightsRepository ?? "" }),
    ...(wish.s3 && OBJECT_STORE_VARIABLES),
    ...(wish.observe && tracingVariables(composed)),
    ...more,
    ...givenVariables(wish),
  };
}

function givenVariables({ variables }: ComposeWish): JsonObject {
  const given = variables.map((one) => [one.name, "value" in one ? literal(one.value) : passed(one.name)] as const);
  return Object.fromEntries(given);
}

function queueVariables({ redis }: QueueWish): JsonObject {
  return { COG_REDIS_URL: redisUrl(redis) };
}

/** What the body says, and not the status alone, which is always 200: so it holds for images of every Cog. */
function healthcheck(port: number): JsonObject {
  const script =
    "import json,urllib.request as u,sys;" +
    `sys.exit(json.load(u.urlopen('http://127.0.0.1:${port}/health-check'))['status'] not in ('READY','BUSY'))`;
  return { test: ["CMD", "python", "-c", script], interval: "5s", start_period: SETUP_TIME };
}

function resources({ model, wish }: Composed): Json | undefined {
  const count = wish.gpu?.count ?? (model.gpu ? deviceCount(model) : 0);
  const devices = count === 0 ? undefined : [{ driver: "nvidia", count, capabilities: ["gpu"] }];
  const { memory } = wish;
  if (devices === undefined && memory === undefined) return undefined;
  return {
    resources: present({
      limits: memory && { memory: sizeText(memory) },
      reservations: devices && { devices },
    }),
  };
}

function dependencies({ wish: { ownRedis } }: Composed): Json | undefined {
  return ownRedis ? { redis: { condition: "service_healthy" } } : undefined;
}

/** Units are powers of 1024 for Compose, whatever they are called. */
function sizeText({ bytes }: Memory): string {
  const mebibytes = Math.max(1, Math.round(bytes / 2 ** 20));
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}gb` : `${mebibytes}mb`;
}
