/** `cog deploy kubernetes` and `compose`. */
import { defineCommand, type Flag, type FlagTable, type FlagValues } from "./command.ts";
import {
  assignment,
  isDnsLabel,
  readCpu,
  readGpu,
  readMemory,
  readMemorySpan,
  readRedis,
  readReplicas,
  readSecretKey,
  readSecretVariable,
} from "./deploy-words.ts";
import { projectFlags } from "./shared-flags.ts";

const NAME_FORM = "expected small letters, digits and '-', beginning with a letter, at most 63";

const modelFlags = {
  image: {
    summary: "The image to deploy; default: what was pushed of the model or image of cog.yaml",
    value: "IMAGE",
    completes: "nothing",
  },
  name: {
    summary: "What it is called; default: the last part of the repository",
    value: "NAME",
    completes: "nothing",
    check: (value) => (isDnsLabel(value) ? undefined : NAME_FORM),
  },
  output: { summary: "Write it to this file", short: "o", value: "FILE", group: "Output" },
} as const satisfies FlagTable;

const redisFlag = (summary: string) =>
  ({
    summary,
    value: "URL",
    completes: "nothing",
    group: "Input",
    check: (value) => {
      const address = readRedis(value);
      if (address === "password") return "it has a password, which would be readable in the file";
      return address === undefined ? "expected redis://HOST[:PORT][/DATABASE]" : undefined;
    },
  }) as const satisfies Flag;

const queueFlag = {
  summary: "Take predictions from this Redis stream, not over HTTP",
  value: "QUEUE",
  completes: "nothing",
  repeat: true,
  group: "Input",
  check: (value) => (/^[^\s"'\\]+$/.test(value) ? undefined : "expected the name of a stream, without spaces"),
} as const satisfies Flag;

const kubernetesFlags = {
  ...modelFlags,
  namespace: {
    summary: "The namespace of all objects",
    short: "n",
    value: "NAME",
    completes: "nothing",
    check: (value) => (isDnsLabel(value) ? undefined : NAME_FORM),
  },
  replicas: {
    summary: "How many pods, N or A..B; default: 1, or 0..8 with a queue",
    value: "N",
    completes: "nothing",
    check: (value) => (readReplicas(value) === undefined ? "expected a number, or two like 1..8" : undefined),
  },
  queue: queueFlag,
  "redis-url": redisFlag("The Redis of the queue"),
  "redis-password": {
    summary: "The secret with its password",
    value: "SECRET/KEY",
    completes: "nothing",
    group: "Input",
    check: (value) => (readSecretKey(value) === undefined ? "expected SECRET/KEY" : undefined),
  },
  "per-job": { summary: "Start a pod for each prediction of the queue (KEDA)", group: "Input" },
  gpu: {
    summary: "GPUs of a pod: a number, or a kind like mig-1g.10gb or amd.com/gpu=2; default: as cog.yaml says",
    value: "GPU",
    completes: "nothing",
    group: "Environment",
    check: (value) => (readGpu(value) === undefined ? "expected a number, KIND or KIND=N" : undefined),
  },
  "gpu-product": {
    summary: "Only on nodes with this GPU, as their label nvidia.com/gpu.product says",
    value: "PRODUCT",
    completes: "nothing",
    group: "Environment",
    check: (value) =>
      /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/.test(value) ? undefined : "expected a label like NVIDIA-L4",
  },
  "runtime-class": {
    summary: "Run pods by this runtime class, like nvidia",
    value: "CLASS",
    completes: "nothing",
    group: "Environment",
    check: (value) => (isDnsLabel(value) ? undefined : NAME_FORM),
  },
  memory: {
    summary: "Memory of a pod, requested and at most",
    value: "A[..B]",
    default: "4Gi..8Gi",
    completes: "nothing",
    group: "Environment",
    check: (value) =>
      readMemorySpan(value) === undefined ? "expected an amount like 8Gi, or two like 4Gi..8Gi" : undefined,
  },
  cpu: {
    summary: "Processors of a pod, requested and at most",
    value: "A[..B]",
    default: "1",
    completes: "nothing",
    group: "Environment",
    check: (value) =>
      readCpu(value) === undefined ? "expected an amount like 2 or 500m, or two like 1..4" : undefined,
  },
  "shm-size": {
    summary: "Memory that processes share; default: three quarters of all",
    value: "SIZE",
    completes: "nothing",
    group: "Environment",
    check: (value) => (readMemory(value) === undefined ? "expected an amount like 2Gi" : undefined),
  },
  env: {
    summary: "Environment variable, for all to read",
    short: "e",
    value: "NAME=VALUE",
    completes: "nothing",
    repeat: true,
    group: "Environment",
    check: (value) => (assignment(value) === undefined ? "expected NAME=VALUE" : undefined),
  },
  "secret-env": {
    summary: "Environment variable out of a secret of the cluster",
    value: "NAME=SECRET/KEY",
    completes: "nothing",
    repeat: true,
    group: "Environment",
    check: (value) => (readSecretVariable(value) === undefined ? "expected NAME=SECRET/KEY" : undefined),
  },
  "pull-secret": {
    summary: "The secret with the login to the image's registry",
    value: "SECRET",
    completes: "nothing",
    group: "Environment",
  },
  "service-account": {
    summary: "The account of pods in the cluster; without one they get no token",
    value: "NAME",
    completes: "nothing",
    group: "Environment",
  },
  "weights-cache": {
    summary: "Keep managed weights in this directory of each node",
    value: "PATH",
    completes: "nothing",
    group: "Environment",
    check: (value) =>
      /^\/[^:]+$/.test(value) && !value.split("/").includes("..") ? undefined : "expected an absolute path",
  },
  "setup-timeout": {
    summary: "How long setup() may take, in seconds",
    value: "SECONDS",
    default: "1800",
    completes: "nothing",
    group: "Server",
    check: (value) => (/^[1-9]\d{0,5}$/.test(value) ? undefined : "expected a number of seconds"),
  },
  ...projectFlags,
} as const satisfies FlagTable;

export type KubernetesFlags = FlagValues<typeof kubernetesFlags>;

export const deployKubernetes = defineCommand({
  name: "deploy kubernetes",
  summary: "Print manifests that run the pushed model in Kubernetes",
  description:
    "No cluster is asked: what is printed is for 'kubectl apply -f -', or for a file to keep. The image is named by its digest, " +
    "which the registry is asked for. A model gets a deployment, a service and a disruption budget; with --replicas A..B an " +
    "autoscaler by busy slots; with --queue no service, and KEDA scales it by the messages that wait.",
  flags: kubernetesFlags,
  examples: [
    { command: "cog deploy kubernetes > k8s.yaml", what: "The model that was pushed last" },
    {
      command: "cog deploy kubernetes --replicas 1..4 --gpu-product NVIDIA-L4",
      what: "One to four pods on nodes with an L4",
    },
    {
      command: "cog deploy kubernetes --queue my-model --redis-url redis://redis.data:6379",
      what: "Workers of a queue, none while it is empty",
    },
    { command: "cog deploy kubernetes --secret-env HF_TOKEN=hugging-face/token", what: "A variable out of a secret" },
  ],
  async run({ flags }, context) {
    const { deployToKubernetes } = await import("./deploying.ts");
    return await deployToKubernetes(flags, context);
  },
});

const composeFlags = {
  ...modelFlags,
  port: {
    summary: "The port of this machine that the model answers on",
    short: "p",
    value: "PORT",
    default: "5000",
    completes: "nothing",
    group: "Server",
    check: (value) => (/^[1-9]\d{0,4}$/.test(value) && Number(value) <= 65_535 ? undefined : "expected a port"),
  },
  queue: { ...queueFlag, summary: "Run workers of this Redis stream, behind a gateway that speaks HTTP" },
  "redis-url": redisFlag("The Redis of the queue; default: one of the services"),
  replicas: {
    summary: "How many workers the queue has; default: 1",
    value: "N",
    completes: "nothing",
    group: "Input",
    check: (value) => (/^[1-9]\d{0,3}$/.test(value) ? undefined : "expected a number from 1 on"),
  },
  s3: { summary: "Add an S3 server, which files of answers are uploaded to", group: "Server" },
  observe: { summary: "Add Prometheus and an OpenTelemetry collector", group: "Server" },
  gpu: {
    summary: "How many GPUs it may use; default: as cog.yaml says",
    value: "N",
    completes: "nothing",
    group: "Environment",
    check: (value) => (/^\d{1,3}$/.test(value) ? undefined : "expected a number"),
  },
  memory: {
    summary: "Memory that a container may use; default: all",
    value: "SIZE",
    completes: "nothing",
    group: "Environment",
    check: (value) => (readMemory(value) === undefined ? "expected an amount like 8Gi" : undefined),
  },
  "shm-size": {
    summary: "Memory that processes share",
    value: "SIZE",
    default: "2Gi",
    completes: "nothing",
    group: "Environment",
    check: (value) => (readMemory(value) === undefined ? "expected an amount like 2Gi" : undefined),
  },
  env: {
    summary: "Environment variable; NAME alone is taken from where 'docker compose' is run",
    short: "e",
    value: "NAME[=VALUE]",
    completes: "nothing",
    repeat: true,
    group: "Environment",
    check: (value) => (/^[A-Za-z_]\w*(=.*)?$/s.test(value) ? undefined : "expected NAME or NAME=VALUE"),
  },
  ...projectFlags,
} as const satisfies FlagTable;

export type ComposeFlags = FlagValues<typeof composeFlags>;

export const deployCompose = defineCommand({
  name: "deploy compose",
  summary: "Print a Compose file that runs the pushed model on one machine",
  description:
    "The image is named by its digest, as for 'cog deploy kubernetes'. With --queue the model runs in workers of a Redis stream, " +
    "and the port is a gateway's, which puts predictions into it.",
  flags: composeFlags,
  examples: [
    { command: "cog deploy compose > compose.yaml", what: "The model that was pushed last" },
    { command: "cog deploy compose --queue my-model --replicas 2", what: "Redis, a gateway and two workers" },
    { command: "cog deploy compose --observe --s3 -e HF_TOKEN", what: "With metrics, traces and a store of files" },
  ],
  async run({ flags }, context) {
    const { deployToCompose } = await import("./deploying.ts");
    return await deployToCompose(flags, context);
  },
});
