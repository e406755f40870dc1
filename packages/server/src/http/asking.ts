/** What a request for a prediction asks, and whether the model can give it: whoever runs the prediction, and wherever. */
import type { JsonObject } from "@cog/core/json";
import type { TraceContext } from "@cog/core/wire";
import type { FunctionSchema, Schema } from "#schema";
import type { Envelope } from "./envelope.ts";
import { invalid, problem } from "./envelope.ts";
import type { Request } from "./exchange.ts";
import { json, Refusal } from "./exchange.ts";

export type Kind = "prediction" | "training";

export type Delivery = "stream" | "async" | "sync";

export function deliveryOf({ headers }: Request): Delivery {
  const { accept, prefer } = headers;
  if (accept !== undefined && tokens(accept).includes("text/event-stream")) return "stream";
  return prefer !== undefined && tokens(String(prefer)).includes("respond-async") ? "async" : "sync";
}

/** The items of a header list, without their parameters. */
function tokens(header: string): string[] {
  return header.split(",").map((item) => (item.split(";")[0] ?? "").trim().toLowerCase());
}

export function traceOf({ headers: { traceparent, tracestate } }: Request): TraceContext | undefined {
  if (typeof traceparent !== "string") return undefined;
  return typeof tracestate === "string" ? { traceparent, tracestate } : { traceparent };
}

export function mustMatch(kind: Kind, { id }: Envelope, pathId: string): void {
  if (id === undefined || id === pathId) return;
  throw invalid([problem(["id"], `${kind} ID must match the ID supplied in the URL`)]);
}

/**
 * `Prefer: stream` (ours) asks for events of any model: `cog run` shows what a model of the old era yields as it comes.
 * @param schema undefined: nobody knows whether it streams
 */
export function mustStream(kind: Kind, { headers: { prefer } }: Request, schema: Schema | undefined): void {
  const no = (error: string): Refusal => new Refusal(json(406, { error }));
  if (kind === "training") throw no("Training endpoints do not support streaming responses.");
  const insists = prefer !== undefined && tokens(String(prefer)).includes("stream");
  if (schema?.streaming !== true && !insists) {
    throw no("This model does not support streaming responses. Add @cog.streaming to predict() to enable SSE.");
  }
}

/** @param schema undefined: the input is the model's own to check */
export function validated(
  { input }: Envelope,
  schema: FunctionSchema | undefined,
  onDropped: (names: readonly string[]) => void,
): JsonObject {
  if (schema === undefined) return input;
  const result = schema.validate(input);
  if (!result.ok) throw invalid(result.problems.map(({ loc, msg, type }) => ({ loc, msg, type })));
  if (result.dropped.length > 0) onDropped(result.dropped);
  return result.input;
}
