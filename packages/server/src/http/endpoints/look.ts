/** `GET /predictions/{id}` (ours): a live prediction, or one that ended a short while ago. */
import type { Context } from "../context.ts";
import type { Answer, Request } from "../exchange.ts";
import { json, rawAnswer } from "../exchange.ts";

export function look({ id }: Request, { predictions }: Context): Answer {
  const found = predictions.look(id);
  return found === undefined ? json(404, { detail: "No such prediction." }) : rawAnswer(200, found);
}
