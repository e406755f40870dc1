/**
 * JSON text with whole numbers kept to the last digit: Python's are of any size, JavaScript's end at 2^53. Beyond that
 * they are bigints here. Only text that holds such a number costs more than the platform's own JSON.
 */
import { parse, stringify } from "lossless-json";
import type { Json } from "./json.ts";

const LONG_INTEGER = /(?:^|[[:,\s])-?\d{16,}(?![\d.eE])/;

/** @throws SyntaxError as `JSON.parse` */
export function parseJson(text: string): Json {
  // The platform's own words about what is wrong, too.
  const value = JSON.parse(text) as Json;
  return LONG_INTEGER.test(text) ? (parse(text, undefined, wholeOrNot) as Json) : value;
}

/** As `JSON.stringify`, of values that may hold bigints. */
export function jsonText(value: unknown, indent?: number): string {
  return (holdsBigInt(value) ? stringify(value, undefined, indent) : JSON.stringify(value, null, indent)) ?? "null";
}

/** The nearest that JavaScript's numbers can do, for libraries that know no others. */
export function rounded(value: Json): Json {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null || !holdsBigInt(value)) return value;
  if (Array.isArray(value)) return value.map(rounded);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rounded(item as Json)]));
}

/** The smaller of the two types that hold it exactly. */
export function wholeNumber(value: bigint): number | bigint {
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : value;
}

function wholeOrNot(digits: string): number | bigint {
  return /^-?\d+$/.test(digits) ? wholeNumber(BigInt(digits)) : Number(digits);
}

function holdsBigInt(value: unknown): boolean {
  if (typeof value === "bigint") return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsBigInt);
}
