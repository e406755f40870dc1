/** JSON Schema of cog.yaml for editors: completion, hover texts and early warnings. Made from the table of keys. */
import type { Json, JsonObject } from "@cog/core/json";
import { CONFIG } from "./keys.ts";
import type { Key, Shape, TextShape } from "./shape.ts";

export function editorSchema(): JsonObject {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "cog.yaml",
    description: "What a model needs to be built and run.",
    ...schemaOf(CONFIG),
  };
}

function schemaOf(shape: Shape): JsonObject {
  switch (shape.kind) {
    case "text":
      return textSchema(shape);
    case "boolean":
      return { type: "boolean" };
    case "integer":
      return { type: "integer", minimum: shape.least };
    case "list":
      return { type: ["array", "null"], items: schemaOf(shape.items) };
    case "mapping": {
      const required = Object.entries(shape.keys).flatMap(([name, { isRequired }]) => (isRequired ? [name] : []));
      return {
        type: ["object", "null"],
        properties: Object.fromEntries(Object.entries(shape.keys).map(([name, key]) => [name, property(key)])),
        ...(required.length > 0 && { required }),
        additionalProperties: false,
      };
    }
    case "either":
      return { anyOf: [schemaOf(shape.mapping), schemaOf(shape.short)] };
    case "ignored":
      return {};
  }
}

/** An editor reads 3.10 and 9 as numbers; they are taken as they are written. */
function textSchema({ choices, pattern }: TextShape): JsonObject {
  if (choices !== undefined) return { enum: choices };
  return pattern === undefined ? { type: ["string", "number"] } : { type: "string", pattern };
}

function property({ shape, about, replacedBy, fallback, examples }: Key): Json {
  return {
    description: replacedBy === undefined ? about : `${about} Use ${replacedBy}.`,
    ...schemaOf(shape),
    ...(fallback !== undefined && { default: fallback }),
    ...(examples !== undefined && { examples: shape.kind === "list" ? [examples] : examples }),
    ...((shape.kind === "ignored" || replacedBy !== undefined) && { deprecated: true }),
    ...(replacedBy !== undefined && { deprecationMessage: `Use ${replacedBy}.` }),
  };
}
