/**
 * Which packages of a lock file a project needs, and when. Markers are carried along every way from the project to a
 * package: it is needed when all markers of some way hold. They are texts here; the installer evaluates them.
 */

export interface Edge<Node> {
  readonly to: Node;
  readonly marker?: string;
}

/** Ways to a package, each the markers that must hold on it. A way without markers makes it needed always. */
type Ways = readonly (readonly string[])[];

/** More ways than that say nothing to a reader, and would take time: the package is then taken as needed always. */
const MOST_WAYS = 64;

/** @returns the needed nodes in the order they are met, with the marker that each needs; none when it is always needed */
export function neededNodes<Node>(
  root: Node,
  edgesOf: (node: Node) => readonly Edge<Node>[],
): ReadonlyMap<Node, string | undefined> {
  const ways = new Map<Node, Ways>([[root, [[]]]]);
  const pending: Node[] = [root];
  for (let node = pending.shift(); node !== undefined; node = pending.shift()) {
    for (const { to, marker } of edgesOf(node)) {
      const known = ways.get(to) ?? [];
      const all = simplified([...known, ...(ways.get(node) ?? []).map((way) => withMarker(way, marker))]);
      if (isSame(all, known)) continue;
      ways.set(to, all);
      pending.push(to);
    }
  }
  return new Map([...ways].map(([node, ofNode]) => [node, markerOf(ofNode)]));
}

function withMarker(way: readonly string[], marker: string | undefined): readonly string[] {
  return marker === undefined || way.includes(marker) ? way : [...way, marker].sort();
}

/** Without ways that ask for more than another one does. */
function simplified(ways: Ways): Ways {
  const least = ways.filter(
    (way, index) =>
      !ways.some((other, at) => at !== index && isWithin(other, way) && (other.length < way.length || at < index)),
  );
  return least.length > MOST_WAYS ? [[]] : least;
}

function isWithin(inner: readonly string[], outer: readonly string[]): boolean {
  return inner.every((marker) => outer.includes(marker));
}

function isSame(a: Ways, b: Ways): boolean {
  return (
    a.length === b.length && a.every((way) => b.some((other) => way.length === other.length && isWithin(way, other)))
  );
}

function markerOf(ways: Ways): string | undefined {
  if (ways.some((way) => way.length === 0)) return undefined;
  const [only, ...others] = ways;
  if (only !== undefined && others.length === 0) return all(only);
  return ways.map((way) => `(${all(way)})`).join(" or ");
}

function all(way: readonly string[]): string {
  const [only = "", ...others] = way;
  return others.length === 0 ? only : way.map((marker) => `(${marker})`).join(" and ");
}
