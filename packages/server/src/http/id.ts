/** Ids of predictions that come without one: 130 random bits as 26 letters and digits, fit for paths, labels and file names. */
import { randomFillSync } from "node:crypto";

const ALPHABET = Buffer.from("abcdefghijklmnopqrstuvwxyz234567");
const LENGTH = 26;

/** For many ids at once: asking for few random bytes costs as much as asking for many. */
const pool = Buffer.alloc(LENGTH * 128);
let used = pool.length;

export function newId(): string {
  if (used === pool.length) refill();
  used += LENGTH;
  return pool.toString("latin1", used - LENGTH, used);
}

function refill(): void {
  randomFillSync(pool);
  for (const [at, byte] of pool.entries()) pool[at] = ALPHABET[byte & 31] ?? 0;
  used = 0;
}
