/** A model's description → what the page offers. Pure. */
import { isJsonObject, type Json, type JsonObject } from "@cog/core/json";
import { interfaceOf } from "@cog/core/schema";
import type { Draft, Mode, Model } from "./state.ts";

/** Undefined for a document that describes no input. A model that trains is tried by its training. */
export function modelOf(document: JsonObject): Model | undefined {
  const { predict, train } = interfaceOf(document);
  const path = train === undefined ? "/predictions" : "/trainings";
  const endpoint = train ?? predict;
  if (endpoint === undefined) return undefined;
  const component = train === undefined ? "Input" : "TrainingInput";
  return { document, path, component, endpoint, modes: modesOf(document, path, endpoint.streaming) };
}

function modesOf(document: JsonObject, path: string, streaming: boolean): readonly Mode[] {
  const paths = isJsonObject(document["paths"]) ? Object.keys(document["paths"]) : [];
  const cancels = paths.some((one) => one.startsWith(`${path}/`) && one.endsWith("/cancel"));
  return ["sync", ...(streaming ? ["stream" as const] : []), ...(cancels ? ["async" as const] : [])];
}

/** An empty form, for a model that was just found; required inputs begin with what the model says they are without it. */
export function emptyDraft({ modes, endpoint }: Model, draft: Draft): Draft {
  const mode = modes.includes("stream") ? "stream" : "sync";
  const preset = endpoint.inputs.filter((field) => field.required && field.default !== undefined);
  const input = Object.fromEntries(preset.map((field) => [field.name, field.default ?? null]));
  return { ...draft, mode, input, unread: {}, predictionId: "" };
}

/** Two answers of one model are equal; a changed model's are not. */
export function isSameDocument(a: JsonObject | undefined, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
