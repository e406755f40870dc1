/** Keeps an eye on the model's server: its health, and its description until there is one. */
import { isJsonObject, parseJson } from "@cog/core/json";
import type { HealthResponse } from "@cog/core/wire";
import type { Health, Store } from "#state";
import { askModel, refusalIn } from "./proxy.ts";

const HEALTH_MS = 5_000;
const DESCRIPTION_MS = 3_000;
/** The model's own health check may take ten. */
const PATIENCE_MS = 15_000;

/** Asks until aborted. Every connection is watched anew. */
export function watchConnection(store: Store, signal: AbortSignal): void {
  const { target } = store.get().connection;
  const everyHealth = async () => {
    let last: string | undefined;
    while (!signal.aborted) {
      const health = await healthOf(target, signal);
      if (signal.aborted) return;
      store.dispatch({ type: "health", health });
      const setup = setupOf(health);
      // Another model, or the same one with other code, may have come up in its place.
      if (last !== undefined && setup !== undefined && setup !== last) void describe(store, target, signal);
      last = setup ?? last;
      await pause(HEALTH_MS, signal);
    }
  };
  void everyHealth();
  void describe(store, target, signal);
}

/** Tells one start of a model from another. */
function setupOf(health: Health): string | undefined {
  if (health.kind !== "answers") return undefined;
  const { setup } = health.report;
  return `${setup?.started_at} ${setup?.completed_at}`;
}

async function describe(store: Store, target: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const document = await documentOf(target, signal);
    if (signal.aborted) return;
    if (document !== undefined) return store.dispatch({ type: "described", document });
    await pause(DESCRIPTION_MS, signal);
  }
}

async function healthOf(target: string, signal: AbortSignal): Promise<Health> {
  try {
    const response = await ask(target, "/health-check", signal);
    if (!response.ok) return { kind: "unreachable", reason: await refusalIn(response) };
    const report: unknown = await response.json();
    return isHealth(report) ? { kind: "answers", report } : noModel();
  } catch (error) {
    return { kind: "unreachable", reason: error instanceof SyntaxError ? noModel().reason : String(error) };
  }
}

function noModel() {
  return { kind: "unreachable", reason: "what answers there is no model's server" } as const;
}

function isHealth(report: unknown): report is HealthResponse {
  return isJsonObject(report) && typeof report["status"] === "string";
}

async function documentOf(target: string, signal: AbortSignal) {
  try {
    const response = await ask(target, "/openapi.json", signal);
    const body = response.ok ? parseJson(await response.text()) : undefined;
    return isJsonObject(body) ? body : undefined;
  } catch {
    return undefined; // asked again
  }
}

function ask(target: string, path: string, signal: AbortSignal): Promise<Response> {
  return askModel({ target, path, signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) });
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const giveUp = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", giveUp, { once: true });
  });
}
