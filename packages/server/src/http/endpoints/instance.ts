/** For the one who started this server: who it is, and `POST /reload` when the code has changed. */
import type { InstanceResponse } from "@cog/core/wire";
import { INSTANCE_HEADER } from "@cog/core/wire";
import type { Context } from "../context.ts";
import type { Answer, Request } from "../exchange.ts";
import { json } from "../exchange.ts";

const HEADER = INSTANCE_HEADER.toLowerCase();

export function showInstance(instance: string, { health }: Context): Answer {
  return json(200, { instance, status: health.state } satisfies InstanceResponse);
}

/** Answers with the health of the model that it became. */
export async function reload({ headers }: Request, instance: string, context: Context): Promise<Answer> {
  if (headers[HEADER] !== instance) {
    return json(403, { error: "Only the one who started this server may reload the model." });
  }
  await context.reload();
  return json(200, await context.health.report());
}
