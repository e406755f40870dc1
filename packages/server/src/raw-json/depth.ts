/** How deep JSON from outside may be nested. */

/** Half of what Python's parser takes; the reference takes 128. */
export const MOST_LEVELS = 500;

/** Parsing copes with any depth; printing, and Python's parser, do not. */
export function isTooDeep(value: unknown, text: string): boolean {
  if (!hasMany(text, "[") && !hasMany(text, "{")) return false;
  let level: unknown[] = [value];
  for (let depth = 0; depth <= MOST_LEVELS && level.length > 0; depth += 1) {
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  return level.length > 0;
}

/** Enough of them to be too deep; most bodies have not. */
function hasMany(text: string, bracket: string): boolean {
  let count = 0;
  for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
    count += 1;
    if (count > MOST_LEVELS / 2) return true;
  }
  return false;
}
