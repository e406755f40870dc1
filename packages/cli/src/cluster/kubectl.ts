/** A cluster as `kubectl` shows it. Nothing is changed in it. */
import { UnavailableError, UserError } from "@cog/core/errors";
import { isJsonObject } from "@cog/core/json";
import { execa } from "execa";
import pMap from "p-map";
import { isReady } from "./explain.ts";
import type { Cluster, ClusterEvent, ClusterNode, Owner, Pod, Voice } from "./objects.ts";

export interface ClusterPlace {
  readonly namespace: string | undefined;
  readonly context: string | undefined;
  /** The model's; undefined: all that were deployed by 'cog deploy'. */
  readonly name: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

const KINDS = "pods,deployments.apps,replicasets.apps,horizontalpodautoscalers.autoscaling";
const TIMEOUT = "--request-timeout=20s";
const AT_A_TIME = 4;

/** @throws CogError without kubectl, or a cluster that answers */
export async function readCluster(place: ClusterPlace): Promise<Cluster> {
  const label = place.name === undefined ? "app.kubernetes.io/managed-by=cog" : `app.kubernetes.io/name=${place.name}`;
  const items = await list<Pod | Owner>(["get", KINDS, "-l", label], place);
  const pods = items.filter((item): item is Pod => item.kind === "Pod");
  const owners = items.filter((item): item is Owner => item.kind !== "Pod");
  const [events, nodes] = await Promise.all([
    list<ClusterEvent>(["get", "events", "--sort-by=.lastTimestamp"], place),
    // Not everybody may look at nodes, which belong to no namespace.
    list<ClusterNode>(["get", "nodes"], place).catch(() => undefined),
  ]);
  const unwell = pods.filter((pod) => !isReady(pod));
  const voices = await pMap(unwell, async (pod) => [pod.metadata.name, await voiceOf(pod, place)] as const, {
    concurrency: AT_A_TIME,
  });
  return { pods, owners, events, nodes, voices: new Map(voices) };
}

/** As far as it can be heard. */
async function voiceOf({ metadata, spec, status }: Pod, place: ClusterPlace): Promise<Voice> {
  const { name, namespace = "default" } = metadata;
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const broken = all.find(({ ready, state }) => ready !== true && state?.terminated?.exitCode !== 0);
  if (broken === undefined) return {};
  const port = spec.containers[0]?.ports?.find((one) => one.name === "http")?.containerPort;
  const isUp = broken.state?.running !== undefined;
  const previous = isUp || (broken.restartCount ?? 0) === 0 ? [] : ["--previous"];
  const path = `/api/v1/namespaces/${namespace}/pods/${name}:${port}/proxy/health-check`;
  const [health, log] = await Promise.all([
    isUp && port !== undefined ? run(["get", "--raw", path], { ...place, namespace: undefined }) : undefined,
    run(["logs", name, "-c", broken.name, "--tail=20", ...previous], place),
  ]);
  return {
    ...(health?.exitCode === 0 && { health: parsedHealth(health.stdout) }),
    ...(log.exitCode === 0 && { log: log.stdout }),
  };
}

function parsedHealth(text: string): NonNullable<Voice["health"]> {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    // Something else answers on that port.
    return {};
  }
}

async function list<T>(args: readonly string[], place: ClusterPlace): Promise<readonly T[]> {
  const { exitCode, stdout, stderr } = await run([...args, "-o", "json"], place);
  if (exitCode !== 0) throw explainKubectl(stderr);
  const { items } = JSON.parse(stdout) as { readonly items: readonly T[] }; // what kubectl always prints: a list
  return items;
}

interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(args: readonly string[], { namespace, context, environment, signal }: ClusterPlace): Promise<Ran> {
  const where = [
    ...(context === undefined ? [] : ["--context", context]),
    ...(namespace === undefined ? [] : ["--namespace", namespace]),
  ];
  const options = { reject: false, cancelSignal: signal, env: environment, extendEnv: false, stdin: "ignore" } as const;
  const result = await execa("kubectl", [...args, ...where, TIMEOUT], options);
  signal.throwIfAborted();
  if (result.code === "ENOENT")
    throw new UserError("cluster.no_kubectl", "there is no kubectl on this machine, by which a cluster is looked at", {
      hint: "Install it: https://kubernetes.io/docs/tasks/tools/; it wants a kubeconfig of the cluster.",
    });
  return { exitCode: result.exitCode ?? 1, stdout: result.stdout, stderr: result.stderr };
}

function explainKubectl(stderr: string): Error {
  const said = stderr.trim().split("\n").at(-1) ?? "";
  if (/forbidden|unauthorized|must be logged in/i.test(said))
    return new UserError("cluster.denied", `the cluster does not let you look: ${said}`, {
      hint: "Log in to it, or ask whoever runs it for the right to list pods and events of the namespace.",
    });
  return new UnavailableError("cluster.unreachable", `no cluster answers: ${said}`, {
    hint: "See which one is meant: kubectl config get-contexts. Another one is named by --context.",
  });
}
