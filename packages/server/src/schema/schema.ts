/**
 * The model's OpenAPI document and what is derived from it once: the validators, whether it streams, whether it trains.
 * From the file the build made, else from what the worker says of itself.
 */
import { readFileSync } from "node:fs";
import type { Json, JsonObject } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";
import { version } from "@cog/core/version";
import type { InterfacePayload, ValidationProblem } from "@cog/core/wire";

export const BUILT_SCHEMA = ".cog/openapi_schema.json";

export type Validation =
  | { readonly ok: true; readonly input: JsonObject; readonly dropped: readonly string[] }
  | { readonly ok: false; readonly problems: readonly ValidationProblem[] };

export interface Schema {
  readonly text: string;
  /** `x-cog-streaming`: clients may ask for server-sent events. */
  readonly streaming: boolean;
  readonly hasTraining: boolean;
  /** Of the function that `/predictions` calls. */
  readonly predictions: FunctionSchema;
  /** Of the one that `/trainings` calls; undefined when none was asked for. */
  readonly trainings: FunctionSchema | undefined;
}

/** What is said of one function of the model. */
export interface FunctionSchema {
  readonly outputIsArray: boolean;
  /** It yields its output item by item. */
  readonly iterates: boolean;
  validate(input: JsonObject): Validation;
}

export type Mode = "predict" | "train";

export interface SchemaOptions {
  readonly mode: Mode;
  /** There is a train function too, when predictions are served. */
  readonly trains: boolean;
  /** Whether file inputs may be plain paths. */
  readonly localPaths: boolean;
}

/** The text of the document; undefined when there is no file, or it cannot be used. */
export function readSchemaFile(schemaFile: string | undefined): string | undefined {
  for (const path of [BUILT_SCHEMA, schemaFile]) {
    if (path === undefined) continue;
    const text = readText(path);
    if (text !== undefined) return text;
  }
  return undefined;
}

export async function schemaFromText(text: string, options: SchemaOptions): Promise<Schema> {
  const document: unknown = JSON.parse(text);
  if (!isJsonObject(document)) throw new Error("the document is not a JSON object");
  return compile(text, document, options);
}

/** From the `interface` frame of a worker. */
export async function schemaFromInterface(found: InterfacePayload, options: SchemaOptions): Promise<Schema> {
  if ("error" in found) throw new Error(found.error);
  const { documentText, openApiOf } = await import("@cog/core/schema");
  const document = openApiOf(found, { version });
  return compile(documentText(document), document, options);
}

async function compile(text: string, document: JsonObject, options: SchemaOptions): Promise<Schema> {
  const { mode, trains } = options;
  const schemas = at(document, "components", "schemas");
  const predictions = await compileFunction(document, mode === "train" ? "Training" : "", options);
  return {
    text,
    streaming: at(document, "paths", "/predictions", "post", "x-cog-streaming") === true,
    hasTraining: at(schemas, "TrainingInput") !== undefined,
    predictions,
    trainings:
      mode === "train" ? predictions : trains ? await compileFunction(document, "Training", options) : undefined,
  };
}

/** A document without schemas of a training has those of a prediction for it. */
async function compileFunction(
  document: JsonObject,
  kind: "Training" | "",
  { localPaths }: SchemaOptions,
): Promise<FunctionSchema> {
  const { compileInputValidator } = await import("@cog/core/schema");
  const schemas = at(document, "components", "schemas");
  const input = `${kind}Input` as const;
  const output = at(schemas, `${kind}Output`) ?? at(schemas, "Output");
  return {
    outputIsArray: at(output, "type") === "array",
    iterates: at(output, "x-cog-array-type") === "iterator",
    validate: await compileInputValidator(document, at(schemas, input) === undefined ? "Input" : input, { localPaths }),
  };
}

function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce((now, key) => (isJsonObject(now) ? now[key] : undefined), value);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // Not there: the next source.
  }
}
