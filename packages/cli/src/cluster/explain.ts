/** Why a model does not run in a cluster, from what the cluster says. Pure; where the facts come from is kubectl.ts. */
import { explainContainer } from "./container.ts";
import { type Explanation, error, warning } from "./explanation.ts";
import { explainHealth } from "./health.ts";
import type { Cluster, Owner, Pod } from "./objects.ts";
import { explainPending } from "./scheduling.ts";

export interface Examined {
  readonly kind: string;
  readonly name: string;
  readonly isReady: boolean;
  readonly explanations: readonly Explanation[];
}

/** What is not well, and of pods also what is. */
export function explainCluster(cluster: Cluster): readonly Examined[] {
  const pods = cluster.pods.map((pod) => examinePod(pod, cluster));
  const owners = cluster.owners.flatMap((owner) => {
    const explanations = explainOwner(owner, cluster);
    return explanations.length === 0
      ? []
      : [{ kind: owner.kind, name: owner.metadata.name, isReady: false, explanations }];
  });
  return [...owners, ...pods];
}

function examinePod(pod: Pod, cluster: Cluster): Examined {
  const { name } = pod.metadata;
  const explanations = explainPod(pod, cluster);
  return { kind: "Pod", name, isReady: isReady(pod), explanations: explanations.filter(isFirstOf) };
}

/** Two containers of a pod often have one and the same trouble. */
function isFirstOf(one: Explanation, index: number, all: readonly Explanation[]): boolean {
  return all.findIndex(({ message }) => message === one.message) === index;
}

export function isReady({ status }: Pod): boolean {
  return (
    status.phase === "Succeeded" ||
    status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true
  );
}

function explainPod(pod: Pod, cluster: Cluster): readonly Explanation[] {
  const { status } = pod;
  if (status.phase === "Succeeded") return [];
  if (status.reason === "Evicted")
    return [
      error(
        `the node threw it out: ${status.message ?? "it was short of something"}`,
        "Ask for what the model needs, with --memory, and give nodes room for it; kubectl delete removes the pod that is left.",
      ),
    ];
  const pending = explainPending(pod, cluster);
  if (pending !== undefined) return [pending];
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap(
    (container) => explainContainer(container, pod, cluster),
  );
  if (containers.some(({ severity }) => severity === "error")) return containers;
  const setting = explainSetting(pod, cluster);
  if (setting !== undefined) return [setting];
  if (isReady(pod)) return containers;
  return [...containers, ...explainHealth(pod, cluster)];
}

/** What stands in the way between a node and a container. */
function explainSetting({ metadata, status }: Pod, { events }: Cluster): Explanation | undefined {
  if (status.phase !== "Pending") return undefined;
  const mine = events.filter(({ involvedObject, type }) => involvedObject.name === metadata.name && type === "Warning");
  const last = mine.findLast(({ reason }) => reason === "FailedMount" || reason === "FailedCreatePodSandBox");
  if (last === undefined) return undefined;
  const { message = "" } = last;
  const secret = /secret "([^"]+)" not found/.exec(message)?.[1];
  if (secret !== undefined) return error(`a secret is missing: ${secret}`, secretRemedy(secret));
  if (/runtime.*(nvidia|handler)/i.test(message))
    return error(
      `the node knows no such runtime: ${message}`,
      "Install NVIDIA's container toolkit on it, or deploy without --runtime-class.",
    );
  return error(message, "It is said by the node; see 'kubectl describe pod' for all that it said.");
}

function secretRemedy(secret: string): string {
  return `Create it in the namespace of the pod: kubectl create secret generic ${secret} --from-literal=KEY=…`;
}

function explainOwner({ kind, status }: Owner, { pods }: Cluster): readonly Explanation[] {
  const condition = (type: string, is: string) =>
    status?.conditions?.find((one) => one.type === type && one.status === is);
  if (kind === "HorizontalPodAutoscaler") {
    const inactive = condition("ScalingActive", "False");
    if (inactive === undefined || inactive.reason === "ScalingDisabled") return [];
    return [
      warning(
        `it cannot scale: ${inactive.message ?? inactive.reason ?? "it has no metrics"}`,
        "It wants cog_slots_busy_ratio as a metric of pods: have Prometheus scrape them, and install prometheus-adapter.",
      ),
    ];
  }
  const refused = condition("ReplicaFailure", "True");
  if (refused !== undefined) return [explainRefusal(refused.message ?? refused.reason ?? "no reason was given")];
  const late = condition("Progressing", "False");
  if (kind === "Deployment" && late !== undefined && pods.every(isReady))
    return [
      warning(`its rollout did not get on: ${late.message ?? ""}`, "See 'kubectl describe deployment' for its events."),
    ];
  return [];
}

function explainRefusal(message: string): Explanation {
  const runtime = /RuntimeClass "([^"]+)" not found/i.exec(message)?.[1];
  if (runtime !== undefined)
    return error(
      `the cluster has no runtime class "${runtime}"`,
      "Deploy without --runtime-class, or install NVIDIA's GPU operator, which brings it.",
    );
  if (/exceeded quota/.test(message))
    return error(`no pod is made: ${message}`, "Ask for less with --memory, --cpu or --gpu, or have the quota raised.");
  const account = /serviceaccount "([^"]+)" not found/i.exec(message)?.[1];
  if (account !== undefined)
    return error(`there is no service account "${account}"`, `Create it: kubectl create serviceaccount ${account}`);
  return error(`no pod is made: ${message}`, "What refuses it is a rule of the cluster: ask whoever runs it.");
}
