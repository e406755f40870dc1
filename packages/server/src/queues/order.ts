/**
 * The order in which queues are asked. Queues take turns; but of `my-model:high` and `my-model` (a priority, and the queue it
 * belongs to) the one that was named first always goes first. Pure.
 */

/** @param names as they were given. Each group is asked in its order; the groups take turns. */
export function groupsOf(names: readonly string[]): readonly (readonly string[])[] {
  const bases = names.filter((name) => !names.some((other) => name.startsWith(`${other}:`)));
  return bases.map((base) => names.filter((name) => name === base || name.startsWith(`${base}:`)));
}

/** The groups from the `turn`-th on, one after the other. */
export function inTurn<Group>(groups: readonly Group[], turn: number): readonly Group[] {
  const first = groups.length === 0 ? 0 : turn % groups.length;
  return [...groups.slice(first), ...groups.slice(0, first)];
}
