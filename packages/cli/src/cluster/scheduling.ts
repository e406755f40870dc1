/** Why no node takes a pod. */
import { type Explanation, error, warning } from "./explanation.ts";
import type { Cluster, ClusterNode, Pod } from "./objects.ts";

const PRODUCT = "nvidia.com/gpu.product";

/** Undefined when it has a node, or waits for nothing. */
export function explainPending({ spec, status }: Pod, { nodes }: Cluster): Explanation | undefined {
  const refused = status.conditions?.find(({ type, status: is }) => type === "PodScheduled" && is === "False");
  if (refused === undefined || spec.nodeName !== undefined) return undefined;
  const { message = "no node takes it" } = refused;
  const device = /Insufficient ([\w.-]+\/[\w.-]*\w)/.exec(message)?.[1];
  if (device !== undefined) return missingDevice(device, message, nodes);
  const product = spec.nodeSelector?.[PRODUCT];
  if (product !== undefined && /node affinity|node selector/.test(message)) return missingProduct(product, nodes);
  if (/Insufficient (memory|cpu|ephemeral-storage)/.test(message))
    return error(`no node has room for it: ${message}`, "Ask for less with --memory and --cpu, or add a node.");
  if (/untolerated taint/.test(message))
    return error(
      `nodes are kept for other pods: ${message}`,
      "Add a toleration for that taint to the manifest, or take the taint from a node.",
    );
  if (/preemption: not yet/.test(message)) return warning(message, "It is on its way to a node.");
  return error(`no node takes it: ${message}`, "See what 'kubectl describe nodes' says of their room and taints.");
}

function missingDevice(device: string, message: string, nodes: readonly ClusterNode[] | undefined): Explanation {
  const having = nodes?.filter(({ status }) => Number(status?.allocatable?.[device] ?? 0) > 0);
  if (having === undefined)
    return error(
      `no node has a free ${device}: ${message}`,
      "See 'kubectl describe nodes': without the device plugin of its maker, a node offers no GPU.",
    );
  if (having.length > 0) {
    const names = having.map(({ metadata }) => metadata.name).join(", ");
    return error(
      `all ${device} are taken, on ${names}`,
      "Add a node, or let fewer pods run; in a rollout of the model itself, set maxSurge to 0 and maxUnavailable to 1.",
    );
  }
  const slices = device.includes("/mig-");
  return error(
    `no node offers ${device}: the device plugin is missing, or there is no such GPU`,
    slices
      ? "Divide a GPU into slices of this kind, with the MIG strategy 'mixed' of NVIDIA's device plugin."
      : "Install the device plugin of the GPU's maker on the nodes, for NVIDIA its GPU operator; --gpu 0 runs without one.",
  );
}

function missingProduct(product: string, nodes: readonly ClusterNode[] | undefined): Explanation {
  const products = new Set((nodes ?? []).flatMap(({ metadata }) => metadata.labels?.[PRODUCT] ?? []));
  const there =
    products.size > 0
      ? `There are: ${[...products].sort().join(", ")}.`
      : "NVIDIA's GPU feature discovery labels nodes; 'kubectl get nodes --show-labels' shows them.";
  return error(`no node has the label ${PRODUCT}=${product}`, `${there} Deploy again with another --gpu-product.`);
}
