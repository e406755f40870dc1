import { isJsonObject, type Json, type JsonObject } from "@cog/core/json";
import { booleanKind } from "./boolean.ts";
import { fileKind } from "./file.ts";
import { integerKind } from "./integer.ts";
import { iteratorKind } from "./iterator.ts";
import type { AnyType, Kind, KindName } from "./kind.ts";
import { listKind } from "./list.ts";
import { modelKind } from "./model.ts";
import { nullKind } from "./null.ts";
import { numberKind } from "./number.ts";
import { objectKind } from "./object.ts";
import { pathKind } from "./path.ts";
import { secretKind } from "./secret.ts";
import { stringKind } from "./string.ts";
import { unionKind } from "./union.ts";

export type { AnyType } from "./kind.ts";

/** Every kind; reading tries them in this order, the more particular first. */
const kinds = {
  union: unionKind,
  iterator: iteratorKind,
  list: listKind,
  model: modelKind,
  object: objectKind,
  secret: secretKind,
  path: pathKind,
  file: fileKind,
  string: stringKind,
  integer: integerKind,
  number: numberKind,
  boolean: booleanKind,
  null: nullKind,
} satisfies { readonly [K in KindName]: Kind<K> };

/** `kinds[type.kind]`, whose methods take exactly that type: the table above is keyed so. */
function kindOf(type: AnyType): Kind<KindName> {
  return kinds[type.kind] as unknown as Kind<KindName>;
}

/** The schema of a type, without title, default or position. */
export function schemaOfType(type: AnyType): JsonObject {
  return kindOf(type).schema(type, schemaOfType);
}

/** "whole number", "list of files". */
export function describeType(type: AnyType): string {
  return kindOf(type).describe(type, describeType);
}

/** The type a schema (with its references already replaced) stands for; text when it says nothing. */
export function typeOfSchema(schema: Json | undefined): AnyType {
  if (!isJsonObject(schema)) return { kind: "string" };
  for (const kind of Object.values(kinds) as unknown as readonly Kind<KindName>[]) {
    const type = kind.read(schema, typeOfSchema);
    if (type !== undefined) return type;
  }
  return { kind: "string" };
}
