/** The story of `cog deploy compose`: which services a model needs on one machine. Pure. */
import { UserError } from "@cog/core/errors";
import type { JsonObject } from "@cog/core/json";
import { type Note, type Noted, present } from "../document.ts";
import type { DeployedModel } from "../model.ts";
import { serverSettings, valuesOf } from "../server.ts";
import type { ComposeWish } from "../wish.ts";
import type { Composed } from "./composed.ts";
import { bucketService, objectStore } from "./object-storage.ts";
import { collectorService, configs, prometheusService } from "./observing.ts";
import { gatewayService, modelService, redisService, weightVolumes, workerService } from "./services.ts";

/** @throws UserError for what the image cannot do */
export function composeFile(model: DeployedModel, wish: ComposeWish): Noted {
  refuseImpossible(model, wish);
  const composed: Composed = { model, wish, server: serverSettings(model, valuesOf(wish.variables)) };
  const { queue, ownRedis, s3, observe } = wish;
  const services = present({
    model: queue === undefined ? modelService(composed) : gatewayService(composed, queue),
    worker: queue && workerService(composed, queue),
    redis: queue !== undefined && ownRedis ? redisService() : undefined,
    s3: s3 ? objectStore() : undefined,
    bucket: s3 ? bucketService() : undefined,
    prometheus: observe ? prometheusService() : undefined,
    collector: observe ? collectorService() : undefined,
  });
  const volumes: JsonObject = {
    ...("redis" in services && { redis: {} }),
    ...(s3 && { objects: {} }),
    ...(observe && { prometheus: {} }),
    ...Object.fromEntries(weightVolumes(model).map(({ volume }) => [volume, {}])),
  };
  return {
    value: present({
      name: model.name,
      services,
      volumes: Object.keys(volumes).length === 0 ? undefined : volumes,
      configs: observe ? configs(composed) : undefined,
    }),
    notes: notesOf(composed),
  };
}

function notesOf({ model, wish }: Composed): readonly Note[] {
  const worker = wish.queue === undefined ? "model" : "worker";
  const { foundAs } = model.image;
  return [
    ...(foundAs === undefined ? [] : [{ path: ["services", "model", "image"], text: `${foundAs} when this was made` }]),
    ...(wish.queue === undefined
      ? []
      : [{ path: ["services", "model"], text: "The HTTP API of the model, in front of the queue: it runs no model." }]),
    { path: ["services", worker, "stop_grace_period"], text: "Running predictions may end, for COG_DRAIN_TIMEOUT." },
    { path: ["services", worker, "shm_size"], text: "The usual 64 MiB are too few for data loaders of torch." },
    ...(wish.s3
      ? [
          {
            path: ["services", worker, "environment", "AWS_ENDPOINT_URL_S3"],
            text: "Files of answers have addresses with this host. Callers elsewhere need one that they can reach.",
          },
        ]
      : []),
    ...(wish.observe
      ? [
          {
            path: ["configs", "collector"],
            text: "Add an exporter here to keep traces; these are only counted in its log.",
          },
        ]
      : []),
  ];
}

function refuseImpossible(model: DeployedModel, { queue, s3, observe }: ComposeWish): void {
  const fetches = model.weights.length > 0;
  const lacks =
    queue !== undefined
      ? "queue"
      : s3
        ? "object storage"
        : observe
          ? "metrics"
          : fetches
            ? "way to fetch weights"
            : undefined;
  if (model.server === "cog" || lacks === undefined) return;
  throw new UserError(
    "deploy.reference",
    `${model.image.reference} has the server of another Cog, which has no ${lacks}`,
    {
      hint: "Build and push it again with this 'cog push'; where cog.yaml has build.sdk_version, take it out.",
    },
  );
}
