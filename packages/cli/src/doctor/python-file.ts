/** A Python file as text and as a tree, and edits to it by position: what is not named by an edit stays as it is. */
import type { Place } from "@cog/core/errors";
import type { Node } from "web-tree-sitter";
import { findMistake, type ParsePython } from "#python";

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const BOM = "\uFEFF";

export class PythonFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  /** Without a byte order mark; positions count in it. */
  readonly text: string;
  /** Its tree lives as long as the process: a doctor looks at few files, once. */
  readonly root: Node;
  readonly #bom: boolean;
  readonly #parse: ParsePython;

  constructor(path: string, text: string, parse: ParsePython) {
    this.path = path;
    this.#bom = text.startsWith(BOM);
    this.text = this.#bom ? text.slice(1) : text;
    this.#parse = parse;
    this.root = parse(this.text).rootNode;
  }

  placeOf(node: Node): Place {
    const { row, column } = node.startPosition;
    const source = this.text.split(/\r?\n/)[row] ?? "";
    return { file: this.path, line: row + 1, column: column + 1, source };
  }

  /** Whether it is Python at all. */
  get isValid(): boolean {
    return findMistake(this.root) === undefined;
  }

  /** The whole text with the edits; undefined when it would not be the Python it was before. */
  edited(edits: readonly Edit[]): string | undefined {
    const text = applyEdits(this.text, edits);
    if (this.isValid && findMistake(this.#parse(text).rootNode) !== undefined) return undefined;
    return `${this.#bom ? BOM : ""}${text}`;
  }

  /** How lines end here. */
  get newline(): string {
    return this.text.includes("\r\n") ? "\r\n" : "\n";
  }
}

/**
 * Edits may come in any order; one inside another is part of it, and what two of them take out goes once.
 * What is put in at a place comes before what goes there.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const isInsertion = ({ start, end }: Edit) => start === end;
  const sorted = [...edits].sort(
    (a, b) => a.start - b.start || Number(isInsertion(b)) - Number(isInsertion(a)) || b.end - a.end,
  );
  let result = "";
  let at = 0;
  for (const edit of sorted) {
    if (edit.start < at && edit.end <= at) continue;
    result += text.slice(at, Math.max(at, edit.start)) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

export function descendants(node: Node, ...types: readonly string[]): readonly Node[] {
  return node.descendantsOfType([...types]).filter((one): one is Node => one !== null);
}

/** Where a variable of that name is meant: not an attribute, a keyword, or an import. */
export function usesOf(root: Node, name: string): readonly Node[] {
  return descendants(root, "identifier").filter((node) => {
    if (node.text !== name) return false;
    const { parent } = node;
    if (parent === null) return false;
    const isField = (field: string) => parent.childForFieldName(field)?.id === node.id;
    if (parent.type === "attribute") return !isField("attribute");
    if (parent.type === "keyword_argument") return !isField("name");
    return !["dotted_name", "aliased_import"].includes(parent.type);
  });
}

/** The statement that a node stands in: a child of a block, or of the module. */
export function statementOf(node: Node): Node {
  let statement = node;
  while (statement.parent !== null && !["block", "module"].includes(statement.parent.type))
    statement = statement.parent;
  return statement;
}

/**
 * Takes a statement out with its line; where it is the only one of its block, `pass` takes its place.
 * @param gone statements of the same block that are taken out as well
 */
export function withoutStatement(file: PythonFile, statement: Node, gone: readonly Node[] = []): Edit {
  const { text } = file;
  const siblings = (statement.parent?.namedChildren ?? []).filter(
    (child): child is Node => child !== null && child.type !== "comment",
  );
  const left = siblings.filter((one) => one.id !== statement.id && !gone.some(({ id }) => id === one.id));
  const isLast = !siblings.some((one) => one.startIndex > statement.startIndex && gone.some(({ id }) => id === one.id));
  if (statement.parent?.type === "block" && left.length === 0 && isLast)
    return { start: statement.startIndex, end: statement.endIndex, text: "pass" };
  const lineStart = text.lastIndexOf("\n", statement.startIndex - 1) + 1;
  const nextLine = text.indexOf("\n", statement.endIndex);
  const lineEnd = nextLine < 0 ? text.length : nextLine + 1;
  const before = text.slice(lineStart, statement.startIndex);
  const after = text.slice(statement.endIndex, lineEnd);
  if (before.trim() === "" && /^\s*(?:#.*)?\s*$/.test(after))
    return { start: lineStart, end: lineEnd + surplusOf(text, lineStart, lineEnd), text: "" };
  // It shares its line with others: `import warnings; import os`.
  const semicolon = /^\s*;[ \t]*/.exec(after)?.[0];
  if (semicolon !== undefined && before.trim() === "")
    return { start: statement.startIndex, end: statement.endIndex + semicolon.length, text: "" };
  const preceding = /\s*;\s*$/.exec(before)?.[0] ?? "";
  return { start: statement.startIndex - preceding.length, end: statement.endIndex, text: "" };
}

/** Blank lines on both sides of what goes would add up, as would some below the head of a block: how long those are. */
function surplusOf(text: string, start: number, end: number): number {
  const above = /(\S?)[ \t]*\r?\n((?:[ \t]*\r?\n)*)$/.exec(text.slice(0, start));
  const below = /^(?:[ \t]*\r?\n)*/.exec(text.slice(end))?.[0].match(/[ \t]*\r?\n/g) ?? [];
  const most = above === null || above[1] === ":" ? below.length : (above[2]?.match(/\n/g)?.length ?? 0);
  return below.slice(0, most).join("").length;
}
