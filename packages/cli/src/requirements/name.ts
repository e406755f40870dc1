/** The normalised (PEP 503) name that a requirement line starts with: `Foo_Bar[x]==1` asks for `foo-bar`. */
export function requirementName(line: string): string | undefined {
  const name = /^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:$|[[(<>=!~;@ ])/.exec(line)?.[1];
  return name === undefined ? undefined : normalizedName(name);
}

export function normalizedName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
}
