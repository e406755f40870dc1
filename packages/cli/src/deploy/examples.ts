/** Deployments that the tests go through: each flag of `cog deploy kubernetes` is in one of them. */
import type { DeployedModel } from "./model.ts";
import type { KubernetesWish } from "./wish.ts";

export const DIGEST = `sha256:${"a".repeat(64)}`;

export const PLAIN_MODEL: DeployedModel = {
  name: "my-model",
  image: { reference: `registry.example.com/ada/my-model@${DIGEST}`, foundAs: "registry.example.com/ada/my-model:v1" },
  gpu: false,
  environment: new Map([["COG_NODE", "/usr/bin/node"]]),
  weights: [],
  weightsRepository: "registry.example.com/ada/my-model",
  server: "cog",
};

export const NO_WISH: KubernetesWish = {
  variables: [],
  gpu: undefined,
  queue: undefined,
  memory: { least: { text: "4Gi", bytes: 4 * 2 ** 30 }, most: { text: "8Gi", bytes: 8 * 2 ** 30 } },
  namespace: undefined,
  replicas: undefined,
  redisPassword: undefined,
  perJob: false,
  gpuProduct: undefined,
  runtimeClass: undefined,
  cpu: { least: "1", most: undefined },
  sharedMemory: undefined,
  pullSecret: undefined,
  serviceAccount: undefined,
  weightsCache: undefined,
  setupSeconds: 1800,
};

const redis = { tls: false, host: "redis", port: 6379, user: "", database: 0 };
const queue = { names: ["my-model", "urgent"], redis };
const weights = [
  { name: "base", target: "/src/weights/base" },
  { name: "lora", target: "/opt/lora" },
];

export interface Example {
  readonly what: string;
  readonly model?: Partial<DeployedModel>;
  readonly wish?: Partial<KubernetesWish>;
}

export const EXAMPLES = [
  { what: "nothing is wished" },
  { what: "one to four, in a namespace", wish: { replicas: { least: 1, most: 4 }, namespace: "models" } },
  { what: "three", wish: { replicas: { least: 3, most: 3 } } },
  { what: "a model with a GPU", model: { gpu: true } },
  {
    what: "a GPU for each of two workers",
    model: { gpu: true, environment: new Map([...PLAIN_MODEL.environment, ["COG_WORKERS", "2"]]) },
  },
  { what: "no GPU", model: { gpu: true }, wish: { gpu: { resource: "nvidia.com/gpu", count: 0 } } },
  {
    what: "a slice of a GPU",
    wish: {
      gpu: { resource: "nvidia.com/mig-1g.10gb", count: 1 },
      gpuProduct: "NVIDIA-H100",
      runtimeClass: "nvidia",
    },
  },
  { what: "a GPU of another maker", wish: { gpu: { resource: "amd.com/gpu", count: 2 } } },
  {
    what: "variables, secrets and accounts",
    wish: {
      variables: [
        { name: "LOG_FORMAT", value: "console" },
        { name: "ANSWER", value: "yes" },
        { name: "HF_TOKEN", secret: { secret: "hugging-face", key: "token" } },
      ],
      pullSecret: "registry",
      serviceAccount: "model",
      cpu: { least: "500m", most: "4" },
      memory: { least: { text: "1G", bytes: 1e9 }, most: { text: "1G", bytes: 1e9 } },
      sharedMemory: { text: "256Mi", bytes: 256 * 2 ** 20 },
      setupSeconds: 61,
    },
  },
  {
    what: "ports and probes elsewhere",
    model: { environment: new Map([...PLAIN_MODEL.environment, ["PORT", "8080"]]) },
    wish: {
      variables: [
        { name: "COG_METRICS_PORT", value: "9090" },
        { name: "COG_PROBE_PREFIX", value: "/probes/" },
        { name: "COG_DRAIN_TIMEOUT", value: "60" },
        { name: "COG_DRAIN_DELAY", value: "2.5" },
      ],
    },
  },
  { what: "managed weights", model: { weights } },
  {
    what: "managed weights, cached on nodes, from a private registry",
    model: { weights },
    wish: { weightsCache: "/var/lib/cog", pullSecret: "registry" },
  },
  { what: "an image with another Cog's server", model: { server: "reference", environment: new Map() } },
  { what: "workers of queues", wish: { queue } },
  {
    what: "workers of a queue whose Redis wants a password, and TLS",
    wish: {
      queue: { names: ["q"], redis: { tls: true, host: "redis", port: 6380, user: "ada", database: 2 } },
      redisPassword: { secret: "redis", key: "password" },
      namespace: "models",
      replicas: { least: 1, most: 3 },
    },
  },
  { what: "two workers of a queue", wish: { queue, replicas: { least: 2, most: 2 } } },
  { what: "a job for each message", model: { gpu: true }, wish: { queue, perJob: true } },
] as const satisfies readonly Example[];

export type ExampleName = (typeof EXAMPLES)[number]["what"];
