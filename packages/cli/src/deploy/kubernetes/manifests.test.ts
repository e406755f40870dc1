/** What `cog deploy kubernetes` prints, read back as a cluster would. Whether a cluster takes it: scripts/python/manifests.test.ts. */
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { yamlText } from "../document.ts";
import { EXAMPLES, type Example, type ExampleName, NO_WISH, PLAIN_MODEL } from "../examples.ts";
import { kubernetesManifests } from "./manifests.ts";

function textOf({ model, wish }: Omit<Example, "what">): string {
  return yamlText(kubernetesManifests({ ...PLAIN_MODEL, ...model }, { ...NO_WISH, ...wish }), ["made by a test"]);
}

function read(what: ExampleName): ReadonlyMap<string, unknown> {
  const example: Example | undefined = EXAMPLES.find((one) => one.what === what);
  const documents = parseAllDocuments(textOf(example ?? {}), { version: "1.1" });
  return new Map(documents.map((document) => [String(document.get("kind")), document.toJS()]));
}

/** An item of a list is named by its `name`, or its number. */
function memberOf(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce((inner, key) => {
    if (Array.isArray(inner)) return inner.find((item: { name?: unknown }) => item.name === key) ?? inner[Number(key)];
    return (inner as Readonly<Record<string, unknown>> | undefined)?.[key];
  }, value);
}

const POD = "Deployment/spec/template/spec";
const MODEL = `${POD}/containers/model`;

const ROWS: readonly (readonly [what: ExampleName, path: string, expected: unknown])[] = [
  ["nothing is wished", "Deployment/spec/replicas", 1],
  ["nothing is wished", "Deployment/spec/strategy/rollingUpdate", { maxSurge: 1, maxUnavailable: 0 }],
  ["nothing is wished", "Deployment/spec/progressDeadlineSeconds", 2400],
  ["nothing is wished", "Deployment/metadata/namespace", undefined],
  ["nothing is wished", `${POD}/terminationGracePeriodSeconds`, 330],
  ["nothing is wished", `${POD}/automountServiceAccountToken`, false],
  ["nothing is wished", `${POD}/tolerations`, undefined],
  ["nothing is wished", `${POD}/initContainers`, undefined],
  ["nothing is wished", `${POD}/volumes/shm/emptyDir`, { medium: "Memory", sizeLimit: "6Gi" }],
  ["nothing is wished", `${MODEL}/image`, PLAIN_MODEL.image.reference],
  ["nothing is wished", `${MODEL}/startupProbe/httpGet`, { path: "/startupz", port: "http" }],
  ["nothing is wished", `${MODEL}/startupProbe/failureThreshold`, 900],
  ["nothing is wished", `${MODEL}/readinessProbe/httpGet/path`, "/readyz"],
  ["nothing is wished", `${MODEL}/livenessProbe/httpGet/path`, "/livez"],
  ["nothing is wished", `${MODEL}/lifecycle/preStop/exec/command/2`, "sleep 5"],
  ["nothing is wished", `${MODEL}/resources`, { requests: { cpu: "1", memory: "4Gi" }, limits: { memory: "8Gi" } }],
  ["nothing is wished", `${MODEL}/command`, undefined],
  ["nothing is wished", "Service/spec/ports/0", { name: "http", port: 80, targetPort: "http" }],
  ["nothing is wished", "PodDisruptionBudget/spec/maxUnavailable", 1],
  ["nothing is wished", "HorizontalPodAutoscaler", undefined],
  ["one to four, in a namespace", "Deployment/spec/replicas", undefined],
  ["one to four, in a namespace", "Service/metadata/namespace", "models"],
  ["one to four, in a namespace", "HorizontalPodAutoscaler/spec/minReplicas", 1],
  ["one to four, in a namespace", "HorizontalPodAutoscaler/spec/maxReplicas", 4],
  ["one to four, in a namespace", "HorizontalPodAutoscaler/spec/metrics/0/pods/metric/name", "cog_slots_busy_ratio"],
  ["three", "Deployment/spec/replicas", 3],
  ["a model with a GPU", `${MODEL}/resources/limits/nvidia.com~gpu`, 1],
  ["a model with a GPU", `${MODEL}/resources/requests`, { cpu: "1", memory: "4Gi" }],
  ["a model with a GPU", `${POD}/tolerations/0`, { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
  ["a GPU for each of two workers", `${MODEL}/resources/limits/nvidia.com~gpu`, 2],
  ["no GPU", `${MODEL}/resources/limits`, { memory: "8Gi" }],
  ["a slice of a GPU", `${MODEL}/resources/limits/nvidia.com~mig-1g.10gb`, 1],
  ["a slice of a GPU", `${POD}/tolerations/0/key`, "nvidia.com/gpu"],
  ["a slice of a GPU", `${POD}/nodeSelector`, { "nvidia.com/gpu.product": "NVIDIA-H100" }],
  ["a slice of a GPU", `${POD}/runtimeClassName`, "nvidia"],
  ["a GPU of another maker", `${POD}/tolerations/0/key`, "amd.com/gpu"],
  ["variables, secrets and accounts", `${MODEL}/env/ANSWER/value`, "yes"],
  [
    "variables, secrets and accounts",
    `${MODEL}/env/HF_TOKEN/valueFrom/secretKeyRef`,
    { name: "hugging-face", key: "token" },
  ],
  ["variables, secrets and accounts", `${POD}/imagePullSecrets/registry`, { name: "registry" }],
  ["variables, secrets and accounts", `${POD}/serviceAccountName`, "model"],
  ["variables, secrets and accounts", `${POD}/automountServiceAccountToken`, undefined],
  ["variables, secrets and accounts", `${MODEL}/resources/limits`, { cpu: "4", memory: "1G" }],
  ["variables, secrets and accounts", `${POD}/volumes/shm/emptyDir/sizeLimit`, "256Mi"],
  ["variables, secrets and accounts", `${MODEL}/startupProbe/failureThreshold`, 31],
  ["ports and probes elsewhere", `${MODEL}/ports/http/containerPort`, 8080],
  ["ports and probes elsewhere", `${MODEL}/ports/metrics/containerPort`, 9090],
  ["ports and probes elsewhere", `${MODEL}/env/PORT/value`, "8080"],
  ["ports and probes elsewhere", `${MODEL}/readinessProbe/httpGet/path`, "/probes/readyz"],
  ["ports and probes elsewhere", "Deployment/spec/template/metadata/annotations/prometheus.io~port", "9090"],
  ["ports and probes elsewhere", `${POD}/terminationGracePeriodSeconds`, 5 + 3 + 60 + 25],
  [
    "managed weights",
    `${POD}/initContainers/weights/command`,
    ["python", "-m", "cog.server.weights_fetch", "--to", "/"],
  ],
  ["managed weights", `${POD}/initContainers/weights/image`, PLAIN_MODEL.image.reference],
  ["managed weights", `${POD}/initContainers/weights/env/COG_WEIGHTS_REPO/value`, PLAIN_MODEL.weightsRepository],
  [
    "managed weights",
    `${POD}/initContainers/weights/volumeMounts/0`,
    { name: "weights", mountPath: "/src/weights/base", subPath: "base" },
  ],
  [
    "managed weights",
    `${MODEL}/volumeMounts/2`,
    { name: "weights", mountPath: "/opt/lora", subPath: "lora", readOnly: true },
  ],
  ["managed weights", `${POD}/volumes/weights`, { name: "weights", emptyDir: {} }],
  [
    "managed weights, cached on nodes, from a private registry",
    `${POD}/volumes/weights-cache/hostPath`,
    { path: "/var/lib/cog", type: "DirectoryOrCreate" },
  ],
  [
    "managed weights, cached on nodes, from a private registry",
    `${POD}/initContainers/weights/env/COG_CACHE_DIR/value`,
    "/var/cache/cog",
  ],
  [
    "managed weights, cached on nodes, from a private registry",
    `${POD}/volumes/registry-login/secret/secretName`,
    "registry",
  ],
  ["an image with another Cog's server", `${MODEL}/readinessProbe/exec/command`, ["test", "-f", "/var/run/cog/ready"]],
  ["an image with another Cog's server", `${MODEL}/livenessProbe/httpGet/path`, "/health-check"],
  ["an image with another Cog's server", "Deployment/spec/template/metadata/annotations", undefined],
  ["an image with another Cog's server", `${MODEL}/env/COG_DRAIN_TIMEOUT`, undefined],
  ["workers of queues", "Service", undefined],
  [
    "workers of queues",
    `${MODEL}/command`,
    ["python", "-m", "cog.server.redis_queue", "--queue", "my-model", "--queue", "urgent"],
  ],
  ["workers of queues", `${MODEL}/env/COG_REDIS_URL/value`, "redis://redis:6379/0"],
  ["workers of queues", "ScaledObject/spec/minReplicaCount", 0],
  ["workers of queues", "ScaledObject/spec/maxReplicaCount", 8],
  [
    "workers of queues",
    "ScaledObject/spec/triggers/0",
    {
      type: "redis-streams",
      metadata: {
        address: "redis:6379",
        stream: "my-model",
        consumerGroup: "my-model",
        lagCount: "2",
        activationLagCount: "0",
      },
    },
  ],
  ["workers of queues", "ScaledObject/spec/triggers/3/metadata/pendingEntriesCount", "1"],
  [
    "workers of a queue whose Redis wants a password, and TLS",
    `${MODEL}/env/COG_REDIS_URL/value`,
    "rediss://ada:$(REDIS_PASSWORD)@redis:6380/2",
  ],
  [
    "workers of a queue whose Redis wants a password, and TLS",
    `${MODEL}/env/REDIS_PASSWORD/valueFrom/secretKeyRef/name`,
    "redis",
  ],
  [
    "workers of a queue whose Redis wants a password, and TLS",
    "ScaledObject/spec/triggers/0/metadata",
    {
      address: "redis.models:6380",
      username: "ada",
      passwordFromEnv: "REDIS_PASSWORD",
      databaseIndex: "2",
      enableTLS: "true",
      stream: "q",
      consumerGroup: "q",
      lagCount: "2",
      activationLagCount: "0",
    },
  ],
  ["two workers of a queue", "ScaledObject", undefined],
  ["two workers of a queue", "Deployment/spec/replicas", 2],
  ["a job for each message", "Deployment", undefined],
  ["a job for each message", "ScaledJob/spec/jobTargetRef/template/spec/restartPolicy", "Never"],
  [
    "a job for each message",
    "ScaledJob/spec/jobTargetRef/template/spec/containers/model/env/COG_QUEUE_MAX_JOBS/value",
    "1",
  ],
  ["a job for each message", "ScaledJob/spec/triggers/1/metadata/lagCount", "1"],
];

test.each(ROWS)("%s: %s", (what, path, expected) => {
  // `~` stands for a slash within a key.
  const keys = path.split("/").map((key) => key.replaceAll("~", "/"));
  const [kind = "", ...rest] = keys;
  expect(memberOf(read(what).get(kind), rest)).toEqual(expected);
});

describe("what cannot be", () => {
  test.each<readonly [Omit<Example, "what">, RegExp]>([
    [{ wish: { replicas: { least: 0, most: 3 } } }, /cannot be scaled to zero/],
    [{ wish: { variables: [{ name: "COG_METRICS_PORT", value: "5000" }] } }, /both 5000/],
    [{ wish: { variables: [{ name: "PORT", value: "http" }] } }, /PORT is "http", which is no port/],
    [{ model: { server: "reference" }, wish: { replicas: { least: 1, most: 2 } } }, /no metrics to scale by/],
    [
      { model: { server: "reference", weights: [{ name: "a", target: "/a" }] } },
      /nothing that fetches managed weights/,
    ],
  ])("%j", (example, message) => {
    expect(() => textOf(example)).toThrow(message);
  });
});

test("the same model and wish are the same text, with notes where a number needs a reason", () => {
  expect(textOf({})).toBe(textOf({}));
  expect(textOf({})).toContain(
    "# What a stop may take: 5 s of preStop, 300 s of COG_DRAIN_TIMEOUT, the rest to clean up.",
  );
  expect(textOf({}).startsWith("# made by a test\napiVersion: apps/v1\n")).toBe(true);
});
