/** Memory that processes share, and the places of managed weights. */
import type { JsonObject } from "@cog/core/json";
import { sharedMemory } from "../wish.ts";
import type { Deployed } from "./deployed.ts";

const SHARED_MEMORY = "shm";
const WEIGHTS = "weights";
const WEIGHTS_CACHE = "weights-cache";
const REGISTRY_LOGIN = "registry-login";

export const CACHE_DIRECTORY = "/var/cache/cog";
export const LOGIN_DIRECTORY = "/var/run/cog-registry";

export const SHARED_MEMORY_MOUNT: JsonObject = { name: SHARED_MEMORY, mountPath: "/dev/shm" };

export function sharedMemoryVolume({ wish }: Deployed): JsonObject {
  return { name: SHARED_MEMORY, emptyDir: { medium: "Memory", sizeLimit: sharedMemory(wish).text } };
}

export function weightVolumes({ model, wish }: Deployed): readonly JsonObject[] {
  if (model.weights.length === 0) return [];
  const { weightsCache: path, pullSecret } = wish;
  return [
    { name: WEIGHTS, emptyDir: {} },
    ...(path === undefined ? [] : [{ name: WEIGHTS_CACHE, hostPath: { path, type: "DirectoryOrCreate" } }]),
    ...(pullSecret === undefined
      ? []
      : [
          {
            name: REGISTRY_LOGIN,
            secret: { secretName: pullSecret, items: [{ key: ".dockerconfigjson", path: "config.json" }] },
          },
        ]),
  ];
}

/** Each weight has a folder of its own in the one volume. */
export function weightMounts({ model }: Deployed, { readOnly }: { readonly readOnly: boolean }): readonly JsonObject[] {
  return model.weights.map(({ name, target }) => ({
    name: WEIGHTS,
    mountPath: target,
    subPath: name,
    ...(readOnly && { readOnly }),
  }));
}

/** Only of what fetches them. */
export function fetchMounts({ wish }: Deployed): readonly JsonObject[] {
  return [
    ...(wish.weightsCache === undefined ? [] : [{ name: WEIGHTS_CACHE, mountPath: CACHE_DIRECTORY }]),
    ...(wish.pullSecret === undefined ? [] : [{ name: REGISTRY_LOGIN, mountPath: LOGIN_DIRECTORY, readOnly: true }]),
  ];
}
