/** Which control is for which input, and what it begins with. */
import type { Json } from "@cog/core/json";
import type { InputField, InputType } from "@cog/core/schema";
import type { ComponentType } from "preact";
import { BooleanControl, ChoiceControl } from "./choice.tsx";
import type { ControlProps } from "./control.ts";
import { FileControl, FilesControl } from "./file.tsx";
import { JsonControl } from "./json.tsx";
import { NumberControl } from "./number.tsx";
import { SecretControl } from "./secret.tsx";
import { TextControl } from "./text.tsx";

const controls = {
  string: TextControl,
  secret: SecretControl,
  integer: NumberControl,
  number: NumberControl,
  boolean: BooleanControl,
  path: FileControl,
  file: FileControl,
  list: JsonControl,
  object: JsonControl,
  union: JsonControl,
} as const satisfies Record<InputType["kind"], ComponentType<ControlProps>>;

export function controlFor({ type, choices }: InputField): ComponentType<ControlProps> {
  if (type.kind === "list") return isFile(type.items) ? FilesControl : JsonControl;
  return choices === undefined ? controls[type.kind] : ChoiceControl;
}

/** What an optional input is sent as when it is first included; undefined when the person has to say. */
export function beginningOf({ type, default: preset, choices, ge }: InputField): Json | undefined {
  if (preset !== undefined && preset !== null) return preset;
  if (choices !== undefined && type.kind !== "list") return choices[0];
  switch (type.kind) {
    case "string":
    case "secret":
      return "";
    case "integer":
    case "number":
      return ge ?? 0;
    case "boolean":
      return false;
    case "list":
      return [];
    case "object":
      return {};
    case "path":
    case "file":
      return "";
    case "union":
      return "";
  }
}

export function isFile(type: InputType): boolean {
  return type.kind === "path" || type.kind === "file";
}
