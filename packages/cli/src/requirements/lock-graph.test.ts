import fc from "fast-check";
import { expect, test } from "vitest";
import { type Edge, neededNodes } from "./lock-graph.ts";

const MARKERS = ["a", "b", "c"] as const;
const NODES = 6;

const edge = fc.record({
  from: fc.nat(NODES - 1),
  to: fc.nat(NODES - 1),
  marker: fc.option(fc.constantFrom(...MARKERS), { nil: undefined }),
});

/** Which nodes are reached when exactly these markers hold. */
function reached(
  edges: readonly (Edge<number> & { readonly from: number })[],
  holding: ReadonlySet<string>,
): Set<number> {
  const found = new Set([0]);
  for (const node of found) {
    for (const { from, to, marker } of edges)
      if (from === node && (marker === undefined || holding.has(marker))) found.add(to);
  }
  return found;
}

/** `(a) and (b)` with the values of the markers. */
function holds(marker: string, holding: ReadonlySet<string>): boolean {
  const [either, ...more] = marker.split(/ or (?=\()/);
  if (more.length > 0) return [either ?? "", ...more].some((way) => holds(way.slice(1, -1), holding));
  return marker.split(" and ").every((name) => holding.has(name.replaceAll(/[()]/g, "")));
}

test("a package is needed exactly when some way to it is open", () => {
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 14 }), fc.subarray([...MARKERS]), (edges, held) => {
      const holding = new Set<string>(held);
      const edgesOf = (node: number) =>
        edges
          .filter(({ from }) => from === node)
          .map(({ to, marker }) => ({ to, ...(marker !== undefined && { marker }) }));
      const needed = [...neededNodes(0, edgesOf)].filter(
        ([, marker]) => marker === undefined || holds(marker, holding),
      );
      const plain = edges.map(({ from, to, marker }) => ({ from, to, ...(marker !== undefined && { marker }) }));
      expect(new Set(needed.map(([node]) => node))).toEqual(reached(plain, holding));
    }),
    { numRuns: 500 },
  );
});
