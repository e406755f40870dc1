/** How requests reach the pods, and how many of those may go at a time. */
import type { Noted } from "../document.ts";
import type { Deployed } from "./deployed.ts";
import { metadata, selectorLabels } from "./meta.ts";

export function service(deployed: Deployed): Noted {
  return {
    value: {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata(deployed),
      spec: { selector: selectorLabels(deployed), ports: [{ name: "http", port: 80, targetPort: "http" }] },
    },
    notes: [],
  };
}

export function disruptionBudget(deployed: Deployed): Noted {
  return {
    value: {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: metadata(deployed),
      spec: { maxUnavailable: 1, selector: { matchLabels: selectorLabels(deployed) } },
    },
    notes: [],
  };
}
