/**
 * `pyproject.toml`: the dependencies of `[project]`, as they are written there. Of uv's own tables the indexes and the
 * sources of these dependencies count; extras and development groups are not installed.
 */
import type { Collector, Origin, SourceFile } from "./collector.ts";
import { normalizedName, requirementName } from "./name.ts";
import { readLine } from "./requirements-txt.ts";
import { isTable, parseToml, type Table, tableIn, tablesIn, textIn, textsIn } from "./toml.ts";

export function readPyproject(file: SourceFile, collector: Collector): void {
  const toml = parseToml(file);
  const project = tableIn(toml, "project");
  const whole: Origin = { path: file.path, place: { file: file.path } };
  if (project?.["dependencies"] === undefined) {
    const problem = unreadable(toml, project);
    if (problem !== undefined) collector.refuse("requirements.pyproject", ...problem(whole));
    return;
  }
  const dependencies = textsIn(project, "dependencies");
  const written = project["dependencies"];
  if (!Array.isArray(written) || written.length > dependencies.length) {
    collector.refuse(
      "requirements.pyproject",
      "the dependencies are not a list of strings",
      whole,
      'Write them as in ["numpy>=1.26"].',
    );
    return;
  }
  collector.requiresPython = textIn(project, "requires-python");
  const sources = sourcesOf(toml);
  const indexes = tablesIn(tableIn(toml, "tool", "uv"), "index");
  const used = new Set<string>();
  for (const dependency of dependencies) {
    const origin = { path: file.path, place: placeOf(dependency, file) };
    const name = requirementName(dependency) ?? "";
    const from = sources.get(name) ?? [];
    for (const source of from) used.add(textIn(source, "index") ?? "");
    const line = requirementFrom(dependency, from);
    if (line.kind === "line") readLine(line.text, origin, collector);
    else
      collector.refuse(
        "requirements.local",
        `"${dependency}" comes from ${line.from}, which cannot be installed`,
        origin,
        line.hint,
      );
  }
  for (const index of indexes) addIndex(index, used, collector, whole);
}

type Refusal = (origin: Origin) => [message: string, origin: Origin, hint: string];

/** Why there are no dependencies to read; none at all is fine for a project that says so. */
function unreadable(toml: Table, project: Table | undefined): Refusal | undefined {
  if (textsIn(project, "dynamic").includes("dependencies"))
    return (origin) => [
      "the dependencies of this project are computed when it is built",
      origin,
      "Name the file they come from in build.python_requirements.",
    ];
  if (tableIn(toml, "tool", "poetry", "dependencies") !== undefined)
    return (origin) => [
      "the dependencies are in Poetry's own table, not in [project]",
      origin,
      "Move them to [project], or write them out: poetry export -o requirements.txt",
    ];
  if (project !== undefined) return undefined;
  return (origin) => [
    "there is no [project] table with dependencies",
    origin,
    'Add [project] with dependencies = ["…"].',
  ];
}

function sourcesOf(toml: Table): ReadonlyMap<string, readonly Table[]> {
  const table = tableIn(toml, "tool", "uv", "sources") ?? {};
  return new Map(
    Object.entries(table).map(([name, source]) => [
      normalizedName(name),
      Array.isArray(source) ? source.filter(isTable) : isTable(source) ? [source] : [],
    ]),
  );
}

type Line =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "refused"; readonly from: string; readonly hint: string };

const WRITE_OUT = "Write the requirements out: uv export --no-dev --no-emit-workspace -o requirements.txt";

/** An index is a matter of the whole file; any other source takes the place of the version. */
function requirementFrom(dependency: string, sources: readonly Table[]): Line {
  const elsewhere = sources.filter((source) => textIn(source, "index") === undefined);
  const [source] = elsewhere;
  if (source === undefined) return { kind: "line", text: dependency };
  if (sources.length > 1) return { kind: "refused", from: "several sources", hint: WRITE_OUT };
  const [, name = "", marker = ""] = /^([\w.-]+\s*(?:\[[^\]]*\])?)[^;]*(;.*)?$/.exec(dependency) ?? [];
  const at = (url: string): Line => ({
    kind: "line",
    text: [`${name.trim()} @ ${url}`, marker].filter(Boolean).join(" "),
  });
  const git = textIn(source, "git");
  const url = textIn(source, "url");
  const path = textIn(source, "path");
  if (git !== undefined) return at(gitUrl(git, source));
  if (url !== undefined) return at(url);
  if (path !== undefined && /\.(whl|zip|tar\.\w+|tgz)$/i.test(path)) return { kind: "line", text: `./${path}` };
  const from = path === undefined ? "another member of the workspace" : `the directory ${path}`;
  return { kind: "refused", from, hint: "Build a wheel of it (uv build), and name that." };
}

function gitUrl(git: string, source: Table): string {
  const revision = ["rev", "tag", "branch"].map((key) => textIn(source, key)).find((value) => value !== undefined);
  const directory = textIn(source, "subdirectory");
  const url = `${git.startsWith("git+") ? "" : "git+"}${git}`;
  return `${url}${revision === undefined ? "" : `@${revision}`}${directory === undefined ? "" : `#subdirectory=${directory}`}`;
}

/** pip knows no index for single packages: one that is only for these is there for all of them. */
function addIndex(index: Table, used: ReadonlySet<string>, collector: Collector, origin: Origin): void {
  const url = textIn(index, "url");
  if (url === undefined) return;
  if (index["default"] === true) collector.option(`--index-url ${url}`, origin);
  else if (index["explicit"] !== true || used.has(textIn(index, "name") ?? "")) collector.index(url, origin);
}

/** TOML keeps no places; the dependency stands in quotes in one line of its own, or nearly so. */
function placeOf(dependency: string, { path, text }: SourceFile): Origin["place"] {
  const lines = text.split(/\r?\n/);
  const at = lines.findIndex((line) => line.includes(`"${dependency}"`) || line.includes(`'${dependency}'`));
  const source = lines[at];
  if (source === undefined) return { file: path };
  return { file: path, line: at + 1, column: source.indexOf(dependency) + 1, source };
}
