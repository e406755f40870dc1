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
  readonly outputIsArray: boolean;
  validate(input: JsonObject): Validation;
}

export type Mode = "predict" | "train";

export interface SchemaOptions {
  readonly mode: Mode;
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

async function compile(text: string, document: JsonObject, { mode, localPaths }: SchemaOptions): Promise<Schema> {
  const { compileInputValidator } = await import("@cog/core/schema");
  const schemas = at(document, "components", "schemas");
  const component = mode === "train" && at(schemas, "TrainingInput") !== undefined ? "TrainingInput" : "Input";
  const output = mode === "train" ? (at(schemas, "TrainingOutput") ?? at(schemas, "Output")) : at(schemas, "Output");
  return {
    text,
    streaming: at(document, "paths", "/predictions", "post", "x-cog-streaming") === true,
    hasTraining: at(schemas, "TrainingInput") !== undefined,
    outputIsArray: at(output, "type") === "array",
    validate: await compileInputValidator(document, component, { localPaths }),
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
