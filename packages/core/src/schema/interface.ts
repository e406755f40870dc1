/**
 * ModelInterface: what a model takes and gives, the hub between reading Python source, inspecting a
 * running class, the OpenAPI document, validation, and forms. It is plain JSON: the static reader
 * (TypeScript) and the runtime inspector (Python, `cog._modules._inspect`) must produce equal values,
 * which `conformance/schema/` checks.
 */
import type { Json } from "@cog/core/json";

export interface ModelInterface {
  /** What `run`/`predict` takes and gives. */
  readonly predict?: Endpoint;
  /** What `train` takes and gives. */
  readonly train?: Endpoint;
}

export interface Endpoint {
  /** In parameter order. */
  readonly inputs: readonly InputField[];
  readonly output: OutputType;
  /** Marked with `@cog.streaming`: clients may ask for server-sent events. */
  readonly streaming: boolean;
  /** An `async def`, or an async generator. */
  readonly async: boolean;
  /** `@cog.concurrent(max=N)`; null without the decorator. */
  readonly concurrency: number | null;
}

export interface InputField {
  readonly name: string;
  readonly type: InputType;
  readonly nullable: boolean;
  readonly required: boolean;
  /** Present (possibly null) when the document carries a `default`. */
  readonly default?: Json;
  readonly description?: string;
  readonly ge?: number | bigint;
  readonly le?: number | bigint;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly choices?: readonly (string | number | bigint)[];
  readonly deprecated?: true;
  /** HTML-`accept`-style text of a file input. */
  readonly accept?: string;
}

export type Scalar =
  | { readonly kind: "string" }
  | { readonly kind: "integer" }
  | { readonly kind: "number" }
  | { readonly kind: "boolean" }
  | { readonly kind: "path" }
  | { readonly kind: "file" }
  | { readonly kind: "secret" };

/** `object` is a dict, TypedDict, Any or Opaque: the document says no more about it. */
export type InputType =
  | Scalar
  | { readonly kind: "object" }
  | { readonly kind: "list"; readonly items: InputType }
  | { readonly kind: "union"; readonly members: readonly InputType[] };

export type OutputType =
  | Scalar
  | { readonly kind: "object"; readonly values?: OutputType }
  | { readonly kind: "list"; readonly items: OutputType }
  | { readonly kind: "iterator"; readonly items: OutputType; readonly concatenate: boolean }
  | { readonly kind: "model"; readonly name: string; readonly fields: readonly ModelField[] }
  /** `-> None` */
  | { readonly kind: "null" };

export interface ModelField {
  readonly name: string;
  readonly type: OutputType;
  readonly nullable: boolean;
  readonly required: boolean;
}
