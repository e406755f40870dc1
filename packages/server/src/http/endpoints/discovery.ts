/** `GET /`, `GET /openapi.json`, `GET /docs`. */
import { readFile } from "node:fs/promises";
import type { DiscoveryResponse } from "@cog/core/wire";
import type { Context } from "../context.ts";
import type { Answer } from "../exchange.ts";
import { json } from "../exchange.ts";

const TRAININGS = {
  trainings_url: "/trainings",
  trainings_idempotent_url: "/trainings/{training_id}",
  trainings_cancel_url: "/trainings/{training_id}/cancel",
};

/** What these need of whoever serves the model. */
type Known = Pick<Context, "sdkVersion" | "schema"> & {
  readonly training?: unknown;
  /** False: a client cannot stop it. */
  readonly stops?: boolean;
  readonly health: Pick<Context["health"], "wasReady">;
};

export function discovery({ sdkVersion, training, schema, health, stops = true }: Known): Answer {
  const trains = training !== undefined && health.wasReady && schema()?.hasTraining === true;
  const body: DiscoveryResponse = {
    cog_version: sdkVersion,
    docs_url: "/docs",
    openapi_url: "/openapi.json",
    ...(stops ? { shutdown_url: "/shutdown" } : {}),
    healthcheck_url: "/health-check",
    predictions_url: "/predictions",
    predictions_idempotent_url: "/predictions/{prediction_id}",
    predictions_cancel_url: "/predictions/{prediction_id}/cancel",
    ...(trains ? TRAININGS : {}),
  };
  return json(200, body);
}

/** As it was loaded; not before READY, as clients wait for it to appear. */
export function openApi({ schema, health }: Pick<Known, "schema" | "health">): Answer {
  const text = health.wasReady ? schema()?.text : undefined;
  return text === undefined ? json(503, { error: "OpenAPI schema not available" }) : json(200, text);
}

/** One self-contained page, beside the server's own file. */
export async function docs(): Promise<Answer> {
  try {
    return { kind: "html", status: 200, body: await readFile(new URL("docs.html", import.meta.url), "utf8") };
  } catch {
    return json(404, { detail: "docs.html is not installed beside the server." });
  }
}
