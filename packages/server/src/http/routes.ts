/** The route table. `{id}` matches one segment, which may be percent-encoded. */
import type { Context } from "./context.ts";
import { cancel } from "./endpoints/cancel.ts";
import type { Endpoint } from "./endpoints/create.ts";
import { create } from "./endpoints/create.ts";
import { discovery, docs, openApi } from "./endpoints/discovery.ts";
import { healthCheck, probe } from "./endpoints/health-check.ts";
import { reload, showInstance } from "./endpoints/instance.ts";
import { look } from "./endpoints/look.ts";
import type { Scrape } from "./endpoints/metrics.ts";
import { showMetrics } from "./endpoints/metrics.ts";
import { shutdown } from "./endpoints/shutdown.ts";
import type { Answer, Handler } from "./exchange.ts";

export interface Route {
  readonly path: string;
  readonly methods: Readonly<Record<string, Handler>>;
}

export function createRoutes(context: Context): readonly Route[] {
  const { probePrefix, prediction, training, scrape } = context;
  return [
    { path: "/", methods: get(() => discovery(context)) },
    { path: "/health-check", methods: get(() => healthCheck(context)) },
    { path: "/openapi.json", methods: get(() => openApi(context)) },
    { path: "/docs", methods: get(() => docs()) },
    { path: "/shutdown", methods: { POST: () => shutdown(context) } },
    ...(context.instance === undefined ? [] : instanceRoutes(context.instance, context)),
    { path: `${probePrefix}/startupz`, methods: get(() => probe("startupz", context)) },
    { path: `${probePrefix}/readyz`, methods: get(() => probe("readyz", context)) },
    { path: `${probePrefix}/livez`, methods: get(() => probe("livez", context)) },
    ...(scrape === undefined ? [] : metricsRoutes(scrape)),
    ...predictionRoutes({ kind: "prediction", calls: prediction }, context),
    // Cog calls the predict function here when it serves predictions.
    ...(training === undefined ? [] : predictionRoutes({ kind: "training", calls: training }, context)),
  ];
}

/** Of the server itself, or of the port that metrics have for themselves. */
export function metricsRoutes(scrape: Scrape): readonly Route[] {
  return [{ path: "/metrics", methods: get((request) => showMetrics(request, scrape)) }];
}

function instanceRoutes(instance: string, context: Context): readonly Route[] {
  return [
    { path: "/instance", methods: get(() => showInstance(instance, context)) },
    { path: "/reload", methods: { POST: (request) => reload(request, instance, context) } },
  ];
}

function predictionRoutes(endpoint: Endpoint, context: Context): readonly Route[] {
  const { kind } = endpoint;
  const start: Handler = (request) => create(endpoint, request, context);
  const show: Handler = (request) => look(request, context);
  return [
    { path: `/${kind}s`, methods: { POST: start } },
    { path: `/${kind}s/{id}`, methods: { ...get(show), PUT: start } },
    { path: `/${kind}s/{id}/cancel`, methods: { POST: (request) => cancel(request, context) } },
  ];
}

/** HEAD comes with GET. */
export function get(handler: Handler): Readonly<Record<string, Handler>> {
  return { GET: handler, HEAD: handler };
}

/** `route`: the template of the path, for counting; "" when no route has it. */
export type Match = { readonly route: string } & (
  | { readonly handler: Handler; readonly id: string }
  | { readonly answer: Answer }
);

const NOT_FOUND: Match = { route: "", answer: { kind: "empty", status: 404 } };

/** Finds the handler of a request, or the answer that there is none. */
export function createRouter(routes: readonly Route[]): (method: string, path: string) => Match {
  const exact = new Map(routes.filter(({ path }) => !path.includes("{id}")).map((route) => [route.path, route]));
  const patterns = routes
    .filter(({ path }) => path.includes("{id}"))
    .map((route) => ({ route, pattern: new RegExp(`^${route.path.replace("{id}", "([^/]+)")}$`) }));
  const match = (route: Route, method: string, id: string): Match => {
    const handler = Object.hasOwn(route.methods, method) ? route.methods[method] : undefined;
    if (handler !== undefined) return { route: route.path, handler, id };
    return { route: route.path, answer: { kind: "empty", status: 405, allow: Object.keys(route.methods).join(",") } };
  };
  return (method, path) => {
    const route = exact.get(path);
    if (route !== undefined) return match(route, method, "");
    for (const { route, pattern } of patterns) {
      const id = decoded(pattern.exec(path)?.[1]);
      if (id !== undefined) return match(route, method, id);
    }
    return NOT_FOUND;
  };
}

function decoded(segment: string | undefined): string | undefined {
  try {
    return segment === undefined ? undefined : decodeURIComponent(segment);
  } catch {
    return undefined; // A stray percent sign names nothing.
  }
}
