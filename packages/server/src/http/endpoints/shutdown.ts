/** `POST /shutdown`. */
import type { Context } from "../context.ts";
import type { Answer } from "../exchange.ts";
import { json } from "../exchange.ts";

export function shutdown(context: Context): Answer {
  // After this turn, in which the answer is written.
  setImmediate(context.shutdown);
  return json(200, {});
}
