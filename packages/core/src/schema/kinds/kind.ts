/**
 * A kind is one type that an input or output can have. Each has a file here that says how it appears in the
 * OpenAPI document (which is also what values are validated against), how it is recognised there, and how we
 * name it to a person. The list is in `index.ts`; Python's half is `python/src/cog/_modules/_kinds/`.
 */
import type { Json, JsonObject } from "@cog/core/json";
import type { InputType, OutputType } from "../interface.ts";

export type AnyType = InputType | OutputType;
export type KindName = AnyType["kind"];
export type TypeOf<K extends KindName> = Extract<AnyType, { kind: K }>;

export interface Kind<K extends KindName> {
  readonly kind: K;
  /** The schema of the type, without title, default or position. `nested` gives those of the types inside. */
  schema(type: TypeOf<K>, nested: (type: AnyType) => JsonObject): JsonObject;
  /** The type that `schema` stands for, or undefined when it is not of this kind. `nested` reads the schemas inside. */
  read(schema: JsonObject, nested: (schema: Json | undefined) => AnyType): TypeOf<K> | undefined;
  /** What a person calls it: "whole number", "list of files". */
  describe(type: TypeOf<K>, nested: (type: AnyType) => string): string;
}

/** A kind whose schema is a constant: the schema, the properties that identify it, and its name for people. */
export function scalarKind<K extends KindName>(definition: {
  readonly type: TypeOf<K> & { readonly kind: K };
  readonly schema: JsonObject;
  readonly identifiedBy: JsonObject;
  readonly words: string;
}): Kind<K> {
  const marks = Object.entries(definition.identifiedBy);
  return {
    kind: definition.type.kind,
    schema: () => definition.schema,
    read: (schema) => (marks.every(([key, value]) => schema[key] === value) ? definition.type : undefined),
    describe: () => definition.words,
  };
}
