/** `POST /predictions/{id}/cancel`. Answers at once; the prediction ends when the model has unwound. */
import type { Context } from "../context.ts";
import type { Answer, Request } from "../exchange.ts";
import { json } from "../exchange.ts";

export function cancel({ id }: Request, { predictions }: Context): Answer {
  return json(predictions.cancel(id) ? 200 : 404, {});
}
