/**
 * OpenAPI document → ModelInterface. Also reads what Cog itself wrote into images, old and new. The document does not
 * keep everything: `File` comes back as `path`, a model class without its name, `async` and `concurrency` are unknown.
 */
import { isJsonObject, type Json, type JsonObject } from "@cog/core/json";
import type { Endpoint, InputField, InputType, ModelInterface, OutputType } from "../interface.ts";
import { typeOfSchema } from "../kinds/index.ts";
import { type Mode, predictMode, trainMode } from "./modes.ts";
import { componentsOf, inlineReferences, propertiesOf, requiredOf } from "./references.ts";

export function interfaceOf(document: JsonObject): ModelInterface {
  const predict = endpointOf(document, predictMode);
  const train = endpointOf(document, trainMode);
  return { ...(predict ? { predict } : {}), ...(train ? { train } : {}) };
}

function endpointOf(document: JsonObject, mode: Mode): Endpoint | undefined {
  const properties = propertiesOf(document, mode.input);
  if (properties === undefined) return undefined;
  const required = requiredOf(document, mode.input);
  const output = inlineReferences(componentsOf(document)[mode.output] ?? {}, componentsOf(document));
  return {
    inputs: Object.entries(properties)
      .sort(([, a], [, b]) => orderOf(a) - orderOf(b))
      .map(([name, property]) => fieldOf(name, property, required.includes(name))),
    output: typeOfSchema(output) as OutputType, // where it stands makes it an output
    streaming: isStreaming(document, mode),
    async: false,
    concurrency: null,
  };
}

function fieldOf(name: string, property: JsonObject, required: boolean): InputField {
  const choices = choicesOf(property);
  return {
    name,
    type: typeOfSchema(withoutAllOf(property)) as InputType, // where it stands makes it an input
    nullable: property["nullable"] === true,
    required,
    ...(property["default"] === undefined ? {} : { default: property["default"] }),
    ...text("description", property["description"]),
    ...number("ge", property["minimum"]),
    ...number("le", property["maximum"]),
    ...length("minLength", property["minLength"]),
    ...length("maxLength", property["maxLength"]),
    ...text("pattern", property["pattern"]),
    ...(choices === undefined ? {} : { choices }),
    ...(property["deprecated"] === true ? { deprecated: true } : {}),
    ...text("accept", property["x-cog-accept"]),
  };
}

/** Choices stand in `allOf`, or in the items of a list. */
function choicesOf(property: JsonObject): readonly (string | number | bigint)[] | undefined {
  const holder = property["type"] === "array" ? property["items"] : withoutAllOf(property);
  const listed = isJsonObject(holder) ? holder["enum"] : undefined;
  return Array.isArray(listed) ? listed.filter((choice) => typeof choice === "string" || isNumber(choice)) : undefined;
}

function withoutAllOf(property: JsonObject): JsonObject {
  const parts = property["allOf"];
  return Array.isArray(parts) ? Object.assign({}, ...parts.filter(isJsonObject), property) : property;
}

function orderOf(property: JsonObject): number {
  const order = property["x-order"];
  return typeof order === "number" ? order : 0;
}

function isStreaming(document: JsonObject, mode: Mode): boolean {
  const at = (value: Json | undefined, key: string): Json | undefined => (isJsonObject(value) ? value[key] : undefined);
  return at(at(at(document["paths"], mode.path), "post"), "x-cog-streaming") === true;
}

function text(key: string, value: Json | undefined): Record<string, string> {
  return typeof value === "string" ? { [key]: value } : {};
}

function length(key: string, value: Json | undefined): Record<string, number> {
  return typeof value === "number" ? { [key]: value } : {};
}

function number(key: string, value: Json | undefined): Record<string, number | bigint> {
  return isNumber(value) ? { [key]: value } : {};
}

function isNumber(value: Json | undefined): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
