/** Ids of predictions that come without one: 130 random bits as 26 letters and digits, fit for paths, labels and file names. */
import { randomFillSync } from "node:crypto";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const LENGTH = 26;

/** Random bytes are fetched for many ids at once: asking for few costs as much as asking for many. */
const pool = Buffer.alloc(LENGTH * 128);
let used = pool.length;

export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let id = "";
  for (const end = used + LENGTH; used < end; used += 1) id += ALPHABET.charAt((pool[used] ?? 0) & 31);
  return id;
}
