/** ModelInterface → OpenAPI document. */
import { type JsonObject, jsonText } from "@cog/core/json";
import type { Endpoint, InputField, ModelInterface } from "../interface.ts";
import { schemaOfType } from "../kinds/index.ts";
import { envelopesOf, pathsOf, sharedComponents } from "./frame.ts";
import { enumSchema, hasChoices, inputProperty } from "./input-schema.ts";
import { inKeyOrder } from "./key-order.ts";
import { type Mode, predictMode, trainMode } from "./modes.ts";

/**
 * The OpenAPI 3.0.2 document of a model. `jsonText` of it is stable byte for byte; `documentText` gives the
 * text that goes into images.
 */
export function openApiOf(model: ModelInterface, options: { readonly version: string }): JsonObject {
  const predict = model.predict && halfOf(model.predict, predictMode, new Set());
  const taken = new Set(Object.keys(predict?.components ?? {}));
  const train = model.train && halfOf(model.train, trainMode, taken);
  const merged = predict !== undefined && train !== undefined;
  const document: JsonObject = {
    openapi: "3.0.2",
    info: { title: "Cog", version: options.version },
    paths: { ...predict?.paths, ...train?.paths },
    components: { schemas: { ...predict?.components, ...train?.components } },
  };
  return inKeyOrder(document, { sortAll: merged });
}

/** As in the reference: compact, except that one of both predict and train is indented; safe inside HTML. */
export function documentText(document: JsonObject): string {
  const paths = Object(document["paths"]) as object;
  const merged = Object.hasOwn(paths, predictMode.path) && Object.hasOwn(paths, trainMode.path);
  const text = jsonText(document, merged ? 2 : undefined);
  return text.replace(/[<>&\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

interface Half {
  readonly paths: JsonObject;
  readonly components: JsonObject;
}

/** @param taken component names of the other mode, which enums of this one must not reuse */
function halfOf(endpoint: Endpoint, mode: Mode, taken: ReadonlySet<string>): Half {
  const enums = nameEnums(endpoint.inputs, mode, taken);
  const properties = endpoint.inputs.map((field, position) => [
    field.name,
    inputProperty(field, position, enums.get(field)),
  ]);
  const required = endpoint.inputs.filter((field) => field.required).map((field) => field.name);
  const input: JsonObject = {
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
    title: mode.input,
    type: "object",
  };
  return {
    paths: pathsOf(mode, mode.name === "predict" && endpoint.streaming),
    components: {
      [mode.input]: input,
      [mode.output]: { ...schemaOfType(endpoint.output), title: "Output" },
      ...Object.fromEntries([...enums].map(([field, name]) => [name, enumSchema(field)])),
      ...envelopesOf(mode),
      ...sharedComponents,
    },
  };
}

/** An enum is named like its input, unless that name is taken (Cog would overwrite one of the two). */
function nameEnums(
  inputs: readonly InputField[],
  mode: Mode,
  takenElsewhere: ReadonlySet<string>,
): ReadonlyMap<InputField, string> {
  const fixed = [mode.input, mode.output, mode.request, mode.response, ...Object.keys(sharedComponents)];
  const taken = new Set([...takenElsewhere, ...fixed]);
  const fields = inputs.filter(hasChoices);
  const own = new Set(fields.map((field) => field.name));
  const names = new Map<InputField, string>();
  for (const field of fields) {
    let name = field.name;
    if (taken.has(name)) {
      name = `${mode.name === "train" ? "training_" : ""}${field.name}_choices`;
      while (taken.has(name) || own.has(name)) name += "_";
    }
    taken.add(name);
    names.set(field, name);
  }
  return names;
}
