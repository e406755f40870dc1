/** The request body's shape, checked once: whoever gets an `Envelope` need not look again. */
import type { Json, JsonObject } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";
import type { ValidationProblem, WebhookEvent } from "@cog/core/wire";
import { WEBHOOK_EVENTS } from "@cog/core/wire";
import { readPutUrls } from "#files";
import { json, Refusal } from "./exchange.ts";

export interface Envelope {
  readonly id: string | undefined;
  readonly input: JsonObject;
  readonly webhook: string | undefined;
  readonly webhookEvents: readonly WebhookEvent[] | undefined;
  readonly context: Readonly<Record<string, string>>;
  readonly uploadUrl: string | undefined;
  /** An address to PUT each output file to, in order; wins over every other place. */
  readonly putUrls: readonly string[] | undefined;
  readonly createdAt: string | undefined;
}

/** Throws a `Refusal` with every problem of the shape. */
export function readEnvelope(body: unknown): Envelope {
  if (body === undefined) return EMPTY;
  if (!isJsonObject(body)) throw invalid([problem([], "the body must be a JSON object")]);
  const problems: ValidationProblem[] = [];
  const text = (key: string, { strict = true } = {}): string | undefined => {
    const value = body[key];
    if (typeof value === "string") return value;
    if (strict && value !== undefined && value !== null) problems.push(problem([key], "must be a string"));
    return undefined;
  };
  const envelope: Envelope = {
    id: text("id"),
    input: readInput(body["input"], problems),
    webhook: text("webhook"),
    webhookEvents: readFilter(body["webhook_events_filter"], problems),
    context: readContext(body["context"], problems),
    // Ignored by the reference: a value of another type is not an error.
    uploadUrl: text("output_file_prefix", { strict: false }) || undefined,
    putUrls: readUpload(body["upload"], problems),
    createdAt: text("created_at", { strict: false }),
  };
  if (problems.length > 0) throw invalid(problems);
  return envelope;
}

export function invalid(detail: readonly ValidationProblem[]): Refusal {
  return new Refusal(json(422, { detail }));
}

export function problem(place: readonly (string | number)[], msg: string, type = "value_error"): ValidationProblem {
  return { loc: ["body", ...place], msg, type };
}

const EMPTY: Envelope = {
  id: undefined,
  input: {},
  webhook: undefined,
  webhookEvents: undefined,
  context: {},
  uploadUrl: undefined,
  putUrls: undefined,
  createdAt: undefined,
};

function readInput(value: unknown, problems: ValidationProblem[]): JsonObject {
  if (value === undefined || value === null) return {};
  if (isJsonObject(value)) return value;
  problems.push(problem(["input", "__root__"], `${JSON.stringify(value)} is not of type "object"`));
  return {};
}

function readFilter(value: unknown, problems: ValidationProblem[]): readonly WebhookEvent[] | undefined {
  if (value === undefined) return undefined;
  const known: readonly unknown[] = WEBHOOK_EVENTS;
  if (Array.isArray(value) && value.every((event) => known.includes(event))) return value as WebhookEvent[];
  problems.push(problem(["webhook_events_filter"], `must be an array of ${WEBHOOK_EVENTS.join(", ")}`));
  return undefined;
}

function readUpload(upload: Json | undefined, problems: ValidationProblem[]): readonly string[] | undefined {
  const found = readPutUrls(upload);
  if (found.ok) return found.urls;
  problems.push(problem(["upload", found.member], found.problem));
  return undefined;
}

function readContext(value: unknown, problems: ValidationProblem[]): Readonly<Record<string, string>> {
  if (value === undefined) return EMPTY.context;
  if (isJsonObject(value) && Object.values(value).every((text) => typeof text === "string")) {
    return value as Readonly<Record<string, string>>;
  }
  problems.push(problem(["context"], "must be an object whose values are strings"));
  return EMPTY.context;
}
