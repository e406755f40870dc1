/** The name that was probably meant: the nearest by single-letter edits if it is near at all, else one that it begins. */
export function closest(name: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= editsAllowed(Math.min(name.length, candidate.length)))
    .sort((a, b) => a.distance - b.distance);
  const begun = name.length > 1 ? candidates.find((candidate) => candidate.startsWith(name)) : undefined;
  return ranked[0]?.candidate ?? begun;
}

/** Of the shorter word: two letters are two edits from half of all words. */
function editsAllowed(length: number): number {
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
