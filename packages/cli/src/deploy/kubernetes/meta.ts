import type { JsonObject } from "@cog/core/json";
import { present } from "../document.ts";
import type { Deployed } from "./deployed.ts";

/** By which services, budgets and people find the pods. */
export function selectorLabels({ model }: Deployed): JsonObject {
  return { "app.kubernetes.io/name": model.name };
}

/** `app.kubernetes.io/managed-by: cog` is what `cog doctor k8s` looks for. */
export function metadata(deployed: Deployed): JsonObject {
  return present({
    name: deployed.model.name,
    namespace: deployed.wish.namespace,
    labels: labels(deployed),
  });
}

export function labels(deployed: Deployed): JsonObject {
  return { ...selectorLabels(deployed), "app.kubernetes.io/managed-by": "cog" };
}
