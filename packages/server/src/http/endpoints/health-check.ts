/** `GET /health-check` and the probes for orchestrators. */
import type { Context } from "../context.ts";
import type { Answer } from "../exchange.ts";
import { json } from "../exchange.ts";

/** Always 200: the state is in the body. */
export async function healthCheck({ health }: Context): Promise<Answer> {
  return json(200, await health.report());
}

export async function probe(name: "startupz" | "readyz" | "livez", { health }: Context): Promise<Answer> {
  const report = await health.report();
  return json(health.probe(name, report), report);
}
