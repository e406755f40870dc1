import type { Json } from "@cog/core/json";
import { deviceCount } from "../model.ts";
import type { GpuWish } from "../wish.ts";
import type { Deployed } from "./deployed.ts";

const NVIDIA_GPU = "nvidia.com/gpu";

/** Undefined when it needs none. */
export function gpuOf({ model, wish }: Deployed): GpuWish | undefined {
  const gpu = wish.gpu ?? (model.gpu ? { resource: NVIDIA_GPU, count: deviceCount(model) } : undefined);
  return gpu === undefined || gpu.count === 0 ? undefined : gpu;
}

/** Nodes with GPUs take no other pods. They are tainted by maker, whatever the slice of a device is called. */
export function tolerationsOf(deployed: Deployed): Json | undefined {
  const resource = gpuOf(deployed)?.resource;
  if (resource === undefined) return undefined;
  const key = resource.startsWith("nvidia.com/") ? NVIDIA_GPU : resource;
  return [{ key, operator: "Exists", effect: "NoSchedule" }];
}
