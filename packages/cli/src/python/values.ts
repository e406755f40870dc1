/** Python values as far as defaults and choices need them, kept apart as Python does: `1` is not `1.0`, a tuple no list. */
import { type Json, wholeNumber } from "@cog/core/json";

export type PyValue =
  | { readonly kind: "none" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "str"; readonly value: string }
  | { readonly kind: "list" | "tuple" | "set"; readonly items: readonly PyValue[] }
  | { readonly kind: "dict"; readonly entries: readonly (readonly [PyValue, PyValue])[] }
  /** A value of a dict that only Python knows: `{"ddim": DDIMScheduler}`. The keys are known all the same. */
  | { readonly kind: "unknown" };

export const unknown: PyValue = { kind: "unknown" };
export const none: PyValue = { kind: "none" };
export const str = (value: string): PyValue => ({ kind: "str", value });
export const int = (value: bigint): PyValue => ({ kind: "int", value });
export const float = (value: number): PyValue => ({ kind: "float", value });
export const list = (items: readonly PyValue[]): PyValue => ({ kind: "list", items });

/** As JSON: tuples and sets are arrays, keys are text. Undefined for what JSON cannot hold. */
export function toJson(value: PyValue): Json | undefined {
  switch (value.kind) {
    case "unknown":
      return undefined;
    case "none":
      return null;
    case "bool":
    case "str":
      return value.value;
    case "int":
      return wholeNumber(value.value);
    case "float":
      return Number.isFinite(value.value) ? value.value : undefined;
    case "list":
    case "tuple":
    case "set": {
      const items = value.items.map(toJson);
      return items.includes(undefined) ? undefined : (items as Json[]); // just checked
    }
    case "dict": {
      const entries = value.entries.map(([key, item]) => [text(key), toJson(item)] as const);
      if (entries.some(([key, item]) => key === undefined || item === undefined)) return undefined;
      return Object.fromEntries(entries as [string, Json][]); // just checked
    }
  }
}

/** `str(value)`, where its form is certain. */
export function text(value: PyValue): string | undefined {
  switch (value.kind) {
    case "none":
      return "None";
    case "bool":
      return value.value ? "True" : "False";
    case "int":
    case "str":
      return String(value.value);
    case "float": {
      const plain = String(value.value);
      if (/[^\d.-]/.test(plain) || plain.length > 16) return undefined; // Python writes exponents differently
      return plain.includes(".") ? plain : `${plain}.0`;
    }
    default:
      return undefined;
  }
}

export function isSequence(value: PyValue): value is Extract<PyValue, { items: unknown }> {
  return value.kind === "list" || value.kind === "tuple" || value.kind === "set";
}

/** Equality as in Python's `==` for the values above. */
export function same(a: PyValue, b: PyValue): boolean {
  return a.kind === b.kind && text(a) !== undefined && text(a) === text(b);
}
