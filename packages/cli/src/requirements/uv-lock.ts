/**
 * `uv.lock`: what uv resolved for the project beside it, pinned, with the digests of its files. Of the project's own
 * dependencies all are taken; extras and development groups are not.
 */
import { UserError } from "@cog/core/errors";
import type { Collector, Origin, SourceFile } from "./collector.ts";
import { type Edge, neededNodes } from "./lock-graph.ts";
import { readLine } from "./requirements-txt.ts";
import { parseToml, type Table, tableIn, tablesIn, textIn, textsIn } from "./toml.ts";

const DEFAULT_INDEX = "https://pypi.org/simple";
/** The version of the format; a new one is a break. */
const FORMAT = 1;

/** A package, or what one of its extras adds. */
interface Node {
  readonly locked: Locked;
  readonly extra?: string;
}

interface Locked {
  readonly name: string;
  readonly version: string | undefined;
  readonly source: Table;
  readonly table: Table;
}

export function readUvLock(file: SourceFile, collector: Collector): void {
  const toml = parseToml(file);
  if (Number(toml["version"]) !== FORMAT)
    throw new UserError(
      "requirements.lock",
      `${file.path} has format ${String(toml["version"])}; this cog reads format ${FORMAT}`,
      {
        place: { file: file.path, line: 1 },
        hint: "Write the requirements out: uv export --no-dev -o requirements.txt",
      },
    );
  collector.requiresPython = textIn(toml, "requires-python");
  const packages = tablesIn(toml, "package").map(lockedOf);
  const root = packages.find(isProject);
  if (root === undefined)
    throw new UserError("requirements.lock", `${file.path} locks no project in the directory beside it`, {
      place: { file: file.path },
      hint: "Name the requirements of one member: uv export --package NAME --no-dev -o requirements.txt",
    });
  const needed = markersByPackage(root, packages, file);
  addIndexes([...needed.keys()], collector, { path: file.path, place: { file: file.path } });
  const unhashed = [...needed.keys()].find((locked) => hashesOf(locked).length === 0);
  const withHashes = unhashed === undefined;
  if (unhashed !== undefined && [...needed.keys()].some((locked) => hashesOf(locked).length > 0))
    collector.warn(`digests of packages are not checked: the lock has none for ${unhashed.name}`, {
      path: file.path,
      place: placeOf(unhashed, file),
    });
  for (const [locked, marker] of needed) {
    const origin = { path: file.path, place: placeOf(locked, file) };
    const line = requirementOf(locked);
    if (line.kind === "refused") {
      collector.refuse(
        "requirements.lock",
        `${locked.name} is locked to ${line.from}, which cannot be installed`,
        origin,
      );
      continue;
    }
    const when = marker === undefined || line.kind === "file" ? "" : ` ; ${marker}`;
    // pip takes digests for all packages or for none.
    const digests = withHashes && line.kind === "package" ? hashesOf(locked).map((hash) => ` --hash=${hash}`) : [];
    readLine(`${line.text}${when}${digests.join("")}`, origin, collector);
  }
}

function lockedOf(table: Table): Locked {
  return {
    name: textIn(table, "name") ?? "",
    version: textIn(table, "version"),
    source: tableIn(table, "source") ?? {},
    table,
  };
}

function isProject({ source }: Locked): boolean {
  return [source["editable"], source["virtual"], source["directory"]].includes(".");
}

/** Every needed package once, in the order of the names; what only the SDK needs is not: ours needs nothing. */
function markersByPackage(
  root: Locked,
  packages: readonly Locked[],
  file: SourceFile,
): ReadonlyMap<Locked, string | undefined> {
  const nodes = new Map<string, Node>();
  const nodeOf = (locked: Locked, extra?: string): Node => {
    const key = `${packages.indexOf(locked)} ${extra ?? ""}`;
    const node = nodes.get(key) ?? { locked, ...(extra !== undefined && { extra }) };
    nodes.set(key, node);
    return node;
  };
  const edgesOf = ({ locked, extra }: Node): readonly Edge<Node>[] => {
    if (locked.name === "cog") return [];
    const dependencies =
      extra === undefined
        ? tablesIn(locked.table, "dependencies")
        : tablesIn(tableIn(locked.table, "optional-dependencies"), extra);
    return dependencies.flatMap((dependency) => {
      const to = packages.find((candidate) => isMeant(dependency, candidate));
      if (to === undefined) throw incomplete(dependency, locked, file);
      const marker = textIn(dependency, "marker");
      const targets = [nodeOf(to), ...textsIn(dependency, "extra").map((name) => nodeOf(to, name))];
      return targets.map((target) => ({ to: target, ...(marker !== undefined && { marker }) }));
    });
  };
  const needed = [...neededNodes(nodeOf(root), edgesOf)].filter(
    ([{ locked, extra }]) => locked !== root && extra === undefined,
  );
  return new Map(
    needed.map(([{ locked }, marker]) => [locked, marker] as const).sort(([a], [b]) => (a.name < b.name ? -1 : 1)),
  );
}

function incomplete(dependency: Table, locked: Locked, file: SourceFile): UserError {
  const name = textIn(dependency, "name") ?? "a package without a name";
  return new UserError("requirements.lock", `${locked.name} needs ${name}, which ${file.path} does not lock`, {
    place: placeOf(locked, file),
    hint: "Lock again: uv lock",
  });
}

/** A dependency names version and source only where the lock has several. */
function isMeant(dependency: Table, { name, version, source }: Locked): boolean {
  const wantedVersion = textIn(dependency, "version");
  const wantedSource = tableIn(dependency, "source");
  return (
    textIn(dependency, "name") === name &&
    (wantedVersion === undefined || wantedVersion === version) &&
    (wantedSource === undefined || JSON.stringify(wantedSource) === JSON.stringify(source))
  );
}

type Line =
  | { readonly kind: "package" | "file"; readonly text: string }
  | { readonly kind: "refused"; readonly from: string };

function requirementOf({ name, version, source }: Locked): Line {
  const { registry, git, url, path } = Object.fromEntries(Object.keys(source).map((key) => [key, textIn(source, key)]));
  if (registry !== undefined) {
    if (!/^https?:/.test(registry)) return { kind: "refused", from: `the local index ${registry}` };
    return { kind: "package", text: `${name}==${version ?? ""}` };
  }
  if (git !== undefined) return { kind: "package", text: `${name} @ ${gitUrl(git)}` };
  const directory = textIn(source, "subdirectory");
  if (url !== undefined)
    return { kind: "package", text: `${name} @ ${url}${directory === undefined ? "" : `#subdirectory=${directory}`}` };
  if (path !== undefined) return { kind: "file", text: `./${path}` };
  const [place] = Object.values(source);
  return { kind: "refused", from: place === undefined ? "no source" : `the directory ${String(place)}` };
}

/** `https://h/r?subdirectory=d&rev=main#COMMIT` → `git+https://h/r@COMMIT#subdirectory=d` */
function gitUrl(git: string): string {
  const [, base = git, query = "", commit] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(git) ?? [];
  const directory = new URLSearchParams(query).get("subdirectory");
  return `git+${base}${commit === undefined ? "" : `@${commit}`}${directory === null ? "" : `#subdirectory=${directory}`}`;
}

function hashesOf({ table }: Locked): readonly string[] {
  const files = [...tablesIn(table, "wheels"), tableIn(table, "sdist")];
  return files.flatMap((file) => textIn(file, "hash") ?? []);
}

/** The usual index needs no word. When no package comes from there, the first other one takes its place. */
function addIndexes(packages: readonly Locked[], collector: Collector, origin: Origin): void {
  const urls = new Set(
    packages.flatMap(({ source }) => textIn(source, "registry") ?? []).filter((url) => /^https?:/.test(url)),
  );
  const others = [...urls].filter((url) => url.replace(/\/+$/, "") !== DEFAULT_INDEX);
  const [first, ...rest] = others;
  if (first !== undefined && others.length === urls.size) collector.option(`--index-url ${first}`, origin);
  else if (first !== undefined) collector.index(first, origin);
  for (const url of rest) collector.index(url, origin);
}

function placeOf({ name, version }: Locked, { path, text }: SourceFile): Origin["place"] {
  const lines = text.split(/\r?\n/);
  const at = lines.findIndex(
    (line, index) =>
      line === `name = "${name}"` &&
      lines[index - 1] === "[[package]]" &&
      (version === undefined || lines[index + 1] === `version = "${version}"`),
  );
  return at < 0 ? { file: path } : { file: path, line: at + 1, column: 1, source: lines[at] ?? "" };
}
