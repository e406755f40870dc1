/** `--deadline`: how long from now, or when. */

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** ISO 8601; undefined when the text is neither a duration like `90s`, `10m`, `2h`, `1d` nor a time. */
export function deadlineOf(text: string, nowMs: number): string | undefined {
  const [, count, unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const atMs = count === undefined ? timeOf(text) : nowMs + Number(count) * (UNIT_MS[unit] ?? 0);
  return Number.isFinite(atMs) && Math.abs(atMs) <= MOST_MS ? new Date(atMs).toISOString() : undefined;
}

/** What a Date can hold. */
const MOST_MS = 8.64e15;

/** Only what is written year first: other spellings mean different days to different people. */
function timeOf(text: string): number {
  return /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
}
