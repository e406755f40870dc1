/** Troubles as a cluster's API tells them, and what is said of them. */
import { expect, test } from "vitest";
import { explainCluster } from "./explain.ts";
import type { Cluster, ClusterEvent, ClusterNode, Condition, ContainerStatus, Owner, Pod, Voice } from "./objects.ts";

const IMAGE = "registry.example.com/ada/m@sha256:aaaa";

function pod(status: Pod["status"], spec: Partial<Pod["spec"]> = {}): Pod {
  const container = { name: "model", image: IMAGE, resources: { limits: { memory: "8Gi" } } };
  return { kind: "Pod", metadata: { name: "m-1" }, spec: { containers: [container], ...spec }, status };
}

function unschedulable(message: string, spec: Partial<Pod["spec"]> = {}): Pod {
  const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }];
  return pod({ phase: "Pending", conditions }, spec);
}

/** On a node, with its container in some state. */
function placed(container: Omit<ContainerStatus, "name">, phase = "Running"): Pod {
  return pod({ phase, containerStatuses: [{ name: "model", ready: false, ...container }] }, { nodeName: "n" });
}

const waiting = (reason: string, message = "") => placed({ state: { waiting: { reason, message } } }, "Pending");
const crashed = (reason: string, exitCode: number) =>
  placed({
    restartCount: 4,
    state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 1m20s restarting failed container" } },
    lastState: { terminated: { reason, exitCode } },
  });
const running = placed({ state: { running: { startedAt: "2026-01-01T00:00:00Z" } } });

const event = (reason: string, message: string): ClusterEvent => ({
  involvedObject: { kind: "Pod", name: "m-1" },
  type: "Warning",
  reason,
  message,
});
const node = (name: string, allocatable: Record<string, string>, labels: Record<string, string> = {}): ClusterNode => ({
  metadata: { name, labels },
  status: { allocatable },
});
const owner = (kind: Owner["kind"], condition: Condition): Owner => ({
  kind,
  metadata: { name: "m" },
  status: { conditions: [condition] },
});

const NO_GPU = "0/2 nodes are available: 2 Insufficient nvidia.com/gpu. preemption: 0/2 nodes are available.";
const PRODUCT = "nvidia.com/gpu.product";

interface Row {
  readonly what: string;
  readonly pod?: Pod;
  readonly owner?: Owner;
  readonly events?: readonly ClusterEvent[];
  readonly nodes?: readonly ClusterNode[];
  readonly voice?: Voice;
  readonly said: string;
  readonly remedy: string;
}

const ROWS: readonly Row[] = [
  {
    what: "no device plugin",
    pod: unschedulable(NO_GPU),
    nodes: [node("a", { cpu: "8" })],
    said: "no node offers nvidia.com/gpu: the device plugin is missing",
    remedy: "GPU operator",
  },
  {
    what: "nodes that may not be looked at",
    pod: unschedulable(NO_GPU),
    said: "no node has a free nvidia.com/gpu",
    remedy: "device plugin",
  },
  {
    what: "all GPUs taken",
    pod: unschedulable(NO_GPU),
    nodes: [node("a", { "nvidia.com/gpu": "1" })],
    said: "all nvidia.com/gpu are taken, on a",
    remedy: "maxSurge",
  },
  {
    what: "no such slice",
    pod: unschedulable("0/1 nodes are available: 1 Insufficient nvidia.com/mig-1g.10gb."),
    nodes: [node("a", { "nvidia.com/gpu": "1" })],
    said: "no node offers nvidia.com/mig-1g.10gb",
    remedy: "MIG strategy",
  },
  {
    what: "no such product",
    pod: unschedulable("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.", {
      nodeSelector: { [PRODUCT]: "NVIDIA-L4" },
    }),
    nodes: [node("a", {}, { [PRODUCT]: "Tesla-T4" })],
    said: "no node has the label nvidia.com/gpu.product=NVIDIA-L4",
    remedy: "There are: Tesla-T4.",
  },
  {
    what: "no memory",
    pod: unschedulable("0/1 nodes are available: 1 Insufficient memory."),
    said: "no node has room",
    remedy: "--memory",
  },
  {
    what: "a taint",
    pod: unschedulable("0/1 nodes are available: 1 node(s) had untolerated taint {team: ml}."),
    said: "kept for other pods",
    remedy: "toleration",
  },
  {
    what: "no login",
    pod: waiting("ImagePullBackOff"),
    events: [event("Failed", `Failed to pull image "${IMAGE}": 401 Unauthorized`)],
    said: "registry.example.com does not know who asks",
    remedy: "--pull-secret",
  },
  {
    what: "no image",
    pod: waiting("ErrImagePull", "rpc error: code = NotFound desc = manifest unknown: not found"),
    said: "it is not there",
    remedy: "cog push",
  },
  {
    what: "another platform",
    pod: waiting("ErrImagePull", "no match for platform in manifest: not found"),
    said: "machines of another kind",
    remedy: "--platform",
  },
  {
    what: "no certificate",
    pod: waiting("ErrImagePull", "tls: failed to verify certificate: x509: certificate signed by unknown authority"),
    said: "does not trust",
    remedy: "authority",
  },
  {
    what: "no secret",
    pod: waiting("CreateContainerConfigError", 'secret "hugging-face" not found'),
    said: 'the secret "hugging-face" is missing',
    remedy: "kubectl create secret generic hugging-face",
  },
  {
    what: "no key in it",
    pod: waiting("CreateContainerConfigError", "couldn't find key token in Secret default/hugging-face"),
    said: 'the secret "hugging-face" has no key "token"',
    remedy: "--secret-env",
  },
  {
    what: "a mount of a secret that is missing",
    pod: waiting("ContainerCreating"),
    events: [
      event("FailedMount", 'MountVolume.SetUp failed for volume "registry-login" : secret "registry" not found'),
    ],
    said: "a secret is missing: registry",
    remedy: "kubectl create secret",
  },
  {
    what: "no driver",
    pod: waiting("RunContainerError", "nvidia-container-cli: initialization error: nvml error: driver not loaded"),
    said: "cannot be started",
    remedy: "nvidia-smi",
  },
  {
    what: "no memory left",
    pod: crashed("OOMKilled", 137),
    said: "it ran out of memory: 8Gi were too little",
    remedy: "--memory",
  },
  {
    what: "a crash",
    pod: crashed("Error", 1),
    voice: { log: '{"level":"ERROR","fields":{"message":"no module named torch"}}\n' },
    said: "ended with code 1, 4 times; it said last:\n    no module named torch",
    remedy: "kubectl logs m-1 -c model --previous",
  },
  {
    what: "a liveness probe",
    pod: crashed("Error", 137),
    events: [event("Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500")],
    said: "did not answer: Liveness probe failed",
    remedy: "--cpu",
  },
  {
    what: "a long setup",
    pod: crashed("Error", 137),
    events: [event("Killing", "Container model failed startup probe, will be restarted")],
    said: "setup() took too long",
    remedy: "--setup-timeout",
  },
  {
    what: "weights that are missing",
    pod: pod(
      {
        phase: "Pending",
        initContainerStatuses: [
          {
            name: "weights",
            restartCount: 2,
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { exitCode: 1, reason: "Error" } },
          },
        ],
      },
      { nodeName: "n" },
    ),
    voice: { log: "weight base is not in the registry\n" },
    said: "its weights could not be fetched; it said last:\n    weight base is not in the registry",
    remedy: "cog weights import",
  },
  {
    what: "a failed setup",
    pod: running,
    voice: { health: { status: "SETUP_FAILED", error: "no weights" } },
    said: "setup() failed: no weights",
    remedy: "kubectl logs m-1",
  },
  {
    what: "a model that was given up",
    pod: running,
    voice: { health: { status: "DEFUNCT", error: "SIGSEGV" } },
    said: "given up: SIGSEGV",
    remedy: "kubectl logs",
  },
  {
    what: "a model that says no",
    pod: running,
    voice: { health: { status: "UNHEALTHY", user_healthcheck_error: "no database" } },
    said: "no database",
    remedy: "healthcheck()",
  },
  {
    what: "a setup that runs",
    pod: running,
    voice: { health: { status: "STARTING" }, log: "loading\n" },
    said: "setup() is still running; it said last:\n    loading",
    remedy: "Wait",
  },
  {
    what: "probes of another server",
    pod: running,
    events: [event("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 404")],
    said: "what the image does not have",
    remedy: "--image",
  },
  {
    what: "another port",
    pod: running,
    events: [event("Unhealthy", 'Startup probe failed: Get "http://10.0.0.1:5000/startupz": connection refused')],
    said: "nothing listens where the probes ask",
    remedy: "-e PORT",
  },
  {
    what: "an eviction",
    pod: pod(
      { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." },
      { nodeName: "n" },
    ),
    said: "low on resource: memory",
    remedy: "--memory",
  },
  {
    what: "a quota",
    owner: owner("ReplicaSet", {
      type: "ReplicaFailure",
      status: "True",
      reason: "FailedCreate",
      message: 'pods "m-1" is forbidden: exceeded quota: team',
    }),
    said: "exceeded quota: team",
    remedy: "quota raised",
  },
  {
    what: "no runtime class",
    owner: owner("ReplicaSet", {
      type: "ReplicaFailure",
      status: "True",
      message: 'pods "m-1" is forbidden: pod rejected: RuntimeClass "nvidia" not found',
    }),
    said: 'no runtime class "nvidia"',
    remedy: "--runtime-class",
  },
  {
    what: "no metrics",
    owner: owner("HorizontalPodAutoscaler", {
      type: "ScalingActive",
      status: "False",
      reason: "FailedGetPodsMetric",
      message: "unable to get metric cog_slots_busy_ratio",
    }),
    said: "cannot scale: unable to get metric",
    remedy: "prometheus-adapter",
  },
];

test.each(ROWS)("$what", ({ pod: one, owner: of, events = [], nodes, voice, said, remedy }) => {
  const voices = new Map(voice === undefined ? [] : [["m-1", voice]]);
  const cluster: Cluster = { pods: one ? [one] : [], owners: of ? [of] : [], events, nodes, voices };
  const [examined, ...others] = explainCluster(cluster);
  expect(others).toEqual([]);
  expect(examined?.explanations).toEqual([
    expect.objectContaining({ message: expect.stringContaining(said), remedy: expect.stringContaining(remedy) }),
  ]);
});

test("of what is well nothing is said, whatever there was before", () => {
  const conditions = [{ type: "Ready", status: "True" }];
  const before = { terminated: { reason: "OOMKilled", exitCode: 137 } };
  const containerStatuses = [
    { name: "model", ready: true, restartCount: 1, state: { running: {} }, lastState: before },
  ];
  const well = pod({ phase: "Running", conditions, containerStatuses }, { nodeName: "n" });
  const events = [event("Unhealthy", "Readiness probe failed: connection refused")];
  const cluster = { pods: [well], owners: [], events, nodes: [], voices: new Map() };
  expect(explainCluster(cluster)).toEqual([{ kind: "Pod", name: "m-1", isReady: true, explanations: [] }]);
});
