/** Imports of a Python file: which names come from where, and edits that add and take out names. */
import type { Node } from "web-tree-sitter";
import { descendants, type Edit, type PythonFile, usesOf, withoutStatement } from "./python-file.ts";

/** `from module import name as local`, or `import name as local` without a module. */
export interface ImportedName {
  readonly module: string | undefined;
  readonly name: string;
  /** What it is called here; of `import a.b` the first part. */
  readonly local: string;
  readonly aliased: boolean;
  /** The name with its alias. */
  readonly node: Node;
  readonly statement: Node;
}

export function importedNames(file: PythonFile): readonly ImportedName[] {
  return descendants(file.root, "import_from_statement", "import_statement").flatMap((statement) => {
    const from = statement.childForFieldName("module_name");
    return statement.childrenForFieldName("name").flatMap((node): ImportedName[] => {
      if (node === null) return [];
      const aliased = node.type === "aliased_import";
      const name = (aliased ? node.childForFieldName("name") : node)?.text ?? "";
      const local = aliased ? (node.childForFieldName("alias")?.text ?? name) : (name.split(".")[0] ?? name);
      const module = statement.type === "import_from_statement" ? (from?.text ?? "") : undefined;
      return [{ module, name, local, aliased, node, statement }];
    });
  });
}

/** The import statements that import nothing any more without these names. */
export function emptiedWithout(names: readonly ImportedName[]): readonly Node[] {
  const out = new Set(names.map(({ node }) => node.id));
  return statementsOf(names).filter((statement) => namesIn(statement).every(({ id }) => out.has(id)));
}

/**
 * Takes names out of the imports; a statement that imports nothing any more goes altogether.
 * @param gone all statements that go from the file, since a block needs one
 */
export function withoutImports(
  file: PythonFile,
  names: readonly ImportedName[],
  gone: readonly Node[] = emptiedWithout(names),
): Edit[] {
  const out = new Set(names.map(({ node }) => node.id));
  return statementsOf(names).flatMap((statement) => {
    const all = namesIn(statement);
    const kept = all.filter(({ id }) => !out.has(id));
    const last = kept.at(-1);
    if (last === undefined) return [withoutStatement(file, statement, gone)];
    return all.flatMap((node, index): Edit[] => {
      if (!out.has(node.id)) return [];
      const next = all[index + 1];
      if (node.startIndex < last.startIndex && next !== undefined)
        return [{ start: node.startIndex, end: next.startIndex, text: "" }];
      return [{ start: all[index - 1]?.endIndex ?? node.startIndex, end: node.endIndex, text: "" }];
    });
  });
}

function statementsOf(names: readonly ImportedName[]): readonly Node[] {
  return [...new Map(names.map(({ statement }) => [statement.id, statement])).values()];
}

/** With their aliases. */
function namesIn(statement: Node): readonly Node[] {
  return statement.childrenForFieldName("name").filter((node): node is Node => node !== null);
}

/** Makes `from module import name` hold, in the statement that is there or in one of its own. */
export function withImport(file: PythonFile, module: string, name: string): Edit[] {
  const there = importedNames(file).filter((one) => one.module === module && one.statement.parent?.type === "module");
  const [first] = there;
  if (there.some(({ node }) => node.text === name)) return [];
  if (first !== undefined) return [amongNames(file, first.statement, name)];
  return [{ ...afterHead(file), text: `from ${module} import ${name}${file.newline}` }];
}

/** In its place by the alphabet, with what stands between the others as separator. */
function amongNames(file: PythonFile, statement: Node, name: string): Edit {
  const nodes = namesIn(statement);
  const between = (left: Node | undefined, right: Node | undefined) => {
    const text = left && right ? file.text.slice(left.endIndex, right.startIndex) : ", ";
    return /^,\s*$/.test(text) ? text : ", ";
  };
  const separator = between(nodes[0], nodes[1]);
  const next = nodes.find((node) => node.text.toLowerCase() > name.toLowerCase());
  if (next !== undefined) return { start: next.startIndex, end: next.startIndex, text: `${name}${separator}` };
  const end = nodes.at(-1)?.endIndex ?? statement.endIndex;
  return { start: end, end, text: `${separator}${name}` };
}

/** Below the last import at the top of the file, else below its docstring and first comments. */
function afterHead(file: PythonFile): { readonly start: number; readonly end: number } {
  const head: Node[] = [];
  for (const child of file.root.namedChildren) {
    if (child === null) continue;
    const isDocstring = child.type === "expression_statement" && child.namedChild(0)?.type === "string";
    if (!/import|comment/.test(child.type) && !(isDocstring && head.every(({ type }) => type === "comment"))) break;
    head.push(child);
  }
  const last = head.findLast(({ type }) => type.includes("import")) ?? head.findLast(({ type }) => type !== "comment");
  if (last === undefined) return { start: 0, end: 0 };
  const line = file.text.indexOf("\n", last.endIndex);
  const at = line < 0 ? file.text.length : line + 1;
  return { start: at, end: at };
}

/** Imports whose names nothing uses once these nodes are gone. A name in a text may be meant too. */
export function unusedWithout(
  file: PythonFile,
  gone: readonly Node[],
  candidates: readonly ImportedName[],
): readonly ImportedName[] {
  const isGone = ({ startIndex, endIndex }: Node) =>
    gone.some((node) => node.startIndex <= startIndex && endIndex <= node.endIndex);
  return candidates.filter(({ local }) => {
    const used = usesOf(file.root, local).some((node) => !isGone(node));
    const quoted = descendants(file.root, "string").some(
      (node) => !isGone(node) && new RegExp(`\\b${local}\\b`).test(node.text),
    );
    return !used && !quoted;
  });
}
