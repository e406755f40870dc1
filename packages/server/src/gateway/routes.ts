/** The gateway's route table: what clients of a model know, without what only its own server can do (trainings, shutdown). */
import { version } from "@cog/core/version";
import type { Answer, Handler, Request, Route } from "#http";
import { discovery, docs, get, json, openApi, Refusal, tryLater } from "#http";
import { RedisError } from "./connection.ts";
import type { GatewayContext } from "./context.ts";
import { create } from "./create.ts";

export function createGatewayRoutes(context: GatewayContext): readonly Route[] {
  const { desk, health, probePrefix, schemaNow: schema } = context;
  const start = guarded((request) => create(request, context));
  const look = guarded(async ({ id }) => {
    const known = await desk.look(id);
    return known === undefined ? json(404, { detail: "No such prediction." }) : json(200, known.json);
  });
  const cancel = guarded(async ({ id }) => json((await desk.cancel(id)) ? 200 : 404, {}));
  const probe = (name: "startupz" | "readyz" | "livez"): Route => ({
    path: `${probePrefix}/${name}`,
    methods: get(async () => {
      const report = await health.report();
      return json(health.probe(name), report);
    }),
  });
  return [
    { path: "/", methods: get(() => discovery({ sdkVersion: version, schema, health, stops: false })) },
    { path: "/health-check", methods: get(async () => json(200, await health.report())) },
    { path: "/openapi.json", methods: get(() => openApi({ schema, health: { wasReady: true } })) },
    { path: "/docs", methods: get(() => docs()) },
    probe("startupz"),
    probe("readyz"),
    probe("livez"),
    { path: "/predictions", methods: { POST: start } },
    { path: "/predictions/{id}", methods: { ...get(look), PUT: start } },
    { path: "/predictions/{id}/cancel", methods: { POST: cancel } },
  ];
}

/** Without Redis there is no answer but to come again. */
function guarded(handler: (request: Request) => Promise<Answer>): Handler {
  return async (request) => {
    try {
      return await handler(request);
    } catch (error) {
      if (!(error instanceof RedisError)) throw error;
      throw new Refusal(tryLater(503, { error: error.message, status: "failed" }));
    }
  };
}
