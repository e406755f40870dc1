/** What fetches managed weights before the model starts. */
import type { JsonObject } from "@cog/core/json";
import { present } from "../document.ts";
import type { Deployed } from "./deployed.ts";
import { CACHE_DIRECTORY, fetchMounts, LOGIN_DIRECTORY, weightMounts } from "./volumes.ts";

export function weightsContainer(deployed: Deployed): JsonObject | undefined {
  const { model, wish } = deployed;
  if (model.weights.length === 0) return undefined;
  const environment = {
    COG_WEIGHTS_REPO: model.weightsRepository,
    COG_CACHE_DIR: wish.weightsCache === undefined ? undefined : CACHE_DIRECTORY,
    DOCKER_CONFIG: wish.pullSecret === undefined ? undefined : LOGIN_DIRECTORY,
  };
  const env = Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
  return present({
    name: "weights",
    image: model.image.reference,
    command: ["python", "-m", "cog.server.weights_fetch", "--to", "/"],
    env: env.length === 0 ? undefined : env,
    resources: {
      requests: { cpu: wish.cpu.least, memory: wish.memory.least.text },
      limits: { memory: wish.memory.most.text },
    },
    volumeMounts: [...weightMounts(deployed, { readOnly: false }), ...fetchMounts(deployed)],
  });
}
