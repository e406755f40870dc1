/** Versions as the tables write them: `M.m`, `M.m.p`, `M.m.p+local`. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number | undefined;
  readonly local: string;
}

/** Undefined for anything else: dev versions, ranges, URLs. */
export function parseVersion(text: string): Version | undefined {
  const match = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\+(.+))?$/.exec(text);
  if (match === null) return undefined;
  return {
    major: Number(match[1]),
    minor: Number(match[2] ?? 0),
    patch: match[3] === undefined ? undefined : Number(match[3]),
    local: match[4] ?? "",
  };
}

/** Same major and minor, and same patch where both have one. */
export function matches(a: string, b: string): boolean {
  const [x, y] = [parseVersion(a), parseVersion(b)];
  if (x === undefined || y === undefined || !sameMinor(a, b)) return false;
  return x.patch === undefined || y.patch === undefined || x.patch === y.patch;
}

export function sameMinor(a: string, b: string): boolean {
  const [x, y] = [parseVersion(a), parseVersion(b)];
  return x !== undefined && y !== undefined && x.major === y.major && x.minor === y.minor;
}

/** Numeric order; the local part does not count, and what is no version comes first. */
export function compare(a: string, b: string): number {
  const [x, y] = [parseVersion(a), parseVersion(b)];
  if (x === undefined || y === undefined) return Number(x !== undefined) - Number(y !== undefined);
  return x.major - y.major || x.minor - y.minor || (x.patch ?? 0) - (y.patch ?? 0);
}

export function withoutLocal(version: string): string {
  return version.split("+", 1)[0] ?? version;
}

/** The greatest by `key`, the last of equals. */
export function highest<T>(items: readonly T[], key: (item: T) => readonly string[]): T | undefined {
  return [...items].sort((a, b) => compareKeys(key(a), key(b))).at(-1);
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const order = compare(part, b[index] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}
