/** Measures a 16-bit mono WAV file, for the tests of examples that make sound. */
import { readFile } from "node:fs/promises";

const RATE = 48_000;
const HEADER_BYTES = 44;

type Span = readonly [fromSeconds: number, toSeconds: number];

export async function readSound(path: string): Promise<Float64Array> {
  const file = await readFile(path);
  const count = (file.length - HEADER_BYTES) / 2;
  return Float64Array.from({ length: count }, (_, index) => file.readInt16LE(HEADER_BYTES + 2 * index) / 32768);
}

/** Loudness of a part in decibels below full scale. */
export function level(sound: Float64Array, part: Span): number {
  const samples = cut(sound, part);
  return 10 * Math.log10(product(samples, samples) / samples.length + 1e-12);
}

/** 1 when both have the same shape there. Sound has no direct part worth subtracting. */
export function correlation(one: Float64Array, other: Float64Array, part: Span): number {
  const [a, b] = [cut(one, part), cut(other, part)];
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

function cut(sound: Float64Array, [from, to]: Span): Float64Array {
  return sound.subarray(Math.round(from * RATE), Math.round(to * RATE));
}

function product(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}
