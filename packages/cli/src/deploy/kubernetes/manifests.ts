/** The story of `cog deploy kubernetes`: which objects a model needs in a cluster. Pure: no cluster is asked. */
import { UserError } from "@cog/core/errors";
import type { Noted } from "../document.ts";
import type { DeployedModel } from "../model.ts";
import { serverSettings, valuesOf } from "../server.ts";
import type { KubernetesWish } from "../wish.ts";
import type { Deployed } from "./deployed.ts";
import { disruptionBudget, service } from "./network.ts";
import { hasAutoscaler, horizontalAutoscaler, scaledObject } from "./scaling.ts";
import { deployment, scaledJob } from "./workload.ts";

/** @throws UserError for what the image, or Kubernetes, cannot do */
export function kubernetesManifests(model: DeployedModel, wish: KubernetesWish): readonly Noted[] {
  refuseImpossible(model, wish);
  const deployed: Deployed = { model, wish, server: serverSettings(model, valuesOf(wish.variables)) };
  if (wish.queue !== undefined) {
    if (wish.perJob) return [scaledJob(deployed)];
    return [deployment(deployed), disruptionBudget(deployed), ...(hasAutoscaler(wish) ? [scaledObject(deployed)] : [])];
  }
  return [
    deployment(deployed),
    service(deployed),
    disruptionBudget(deployed),
    ...(hasAutoscaler(wish) ? [horizontalAutoscaler(deployed)] : []),
  ];
}

function refuseImpossible(model: DeployedModel, wish: KubernetesWish): void {
  if (wish.queue === undefined && wish.replicas?.least === 0) {
    throw new UserError(
      "deploy.replicas",
      "a model behind a service cannot be scaled to zero: nobody would start it again",
      {
        hint: `Begin with one, --replicas 1..${Math.max(1, wish.replicas.most)}, or let it work from a queue: --queue NAME --redis-url URL.`,
      },
    );
  }
  if (model.server !== "reference") return;
  const lacks =
    wish.queue !== undefined
      ? "no queue (--queue)"
      : model.weights.length > 0
        ? "nothing that fetches managed weights"
        : hasAutoscaler(wish)
          ? "no metrics to scale by (--replicas A..B)"
          : undefined;
  if (lacks === undefined) return;
  throw new UserError(
    "deploy.reference",
    `${model.image.reference} has the server of another Cog, which has ${lacks}`,
    {
      hint: "Build and push it again with this 'cog push'; where cog.yaml has build.sdk_version, take it out.",
    },
  );
}
