/** What Redis answers → what we expected it to be. */

export function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : [];
}

export function textOf(reply: unknown): string | undefined {
  if (typeof reply === "string") return reply;
  return typeof reply === "number" ? String(reply) : undefined;
}

export function numberOf(reply: unknown): number {
  return Number(textOf(reply) ?? 0);
}

/** A list of names and values in turn. */
export function pairsOf(reply: unknown): ReadonlyMap<string, unknown> {
  const list = listOf(reply);
  const pairs = new Map<string, unknown>();
  for (let index = 0; index + 1 < list.length; index += 2) pairs.set(textOf(list[index]) ?? "", list[index + 1]);
  return pairs;
}
