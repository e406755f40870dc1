/** The name that was probably meant: the nearest by single-letter edits if it is near at all, else one that it begins. */
export function closest(name: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= editsAllowed(Math.min(name.length, candidate.length)))
    .sort((a, b) => a.distance - b.distance);
  const [first, second] = ranked;
  // Of two short words that are equally near, neither is more likely than the other.
  if (first !== undefined && (name.length > 3 || first.distance !== second?.distance)) return first.candidate;
  const begun = name === "" ? [] : candidates.filter((candidate) => candidate.startsWith(name));
  return name.length > 1 || begun.length === 1 ? begun[0] : undefined;
}

/** Of the shorter word: two letters are two edits from half of all words, and one letter is one edit from every other. */
function editsAllowed(length: number): number {
  if (length < 2) return 0;
  return Math.max(length < 4 ? 1 : 2, Math.floor(length / 3));
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitute));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
