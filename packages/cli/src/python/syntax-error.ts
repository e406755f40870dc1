/** Where a broken file is broken, and how, as near to Python's own message as the tree allows. */
import type { Node } from "web-tree-sitter";
import type { At } from "./syntax.ts";

export interface SyntaxMistake {
  readonly at: At;
  readonly message: string;
}

const closers: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** The first mistake of a tree that has one. */
export function findMistake(root: Node): SyntaxMistake | undefined {
  if (!root.hasError) return findRefused(root);
  const open = unclosedBracket(root);
  if (open) return { at: placeOf(open), message: `"${open.type}" was never closed` };
  const node = firstError(root) ?? root;
  const found = node.text.trim().split("\n")[0] ?? "";
  if (node.isMissing) return { at: placeOf(node), message: `expected "${node.type}"` };
  return {
    at: placeOf(node),
    message: found === "" ? "invalid syntax" : `invalid syntax near \`${found.slice(0, 60)}\``,
  };
}

/** What the grammar takes and Python 3 does not. One walk over the tree: it is a large part of the time for a file. */
function findRefused(root: Node): SyntaxMistake | undefined {
  for (const node of root.descendantsOfType(["print_statement", "exec_statement", "block", "parameters"])) {
    const mistake = node && refusedIn(node);
    if (mistake) return mistake;
  }
  return undefined;
}

function refusedIn(node: Node): SyntaxMistake | undefined {
  switch (node.type) {
    case "block":
      return blockMistake(node);
    case "parameters":
      return parameterMistake(node);
    default:
      return { at: placeOf(node), message: `${node.type.split("_")[0]} without parentheses is Python 2` };
  }
}

/** The grammar takes blocks without statements, and statements that do not stand under each other. */
function blockMistake(block: Node): SyntaxMistake | undefined {
  const statements = block.namedChildren.filter((child) => child !== null && child.type !== "comment") as Node[];
  const [first] = statements;
  if (!first) return { at: placeOf(block.parent ?? block), message: "expected an indented block after this line" };
  let lastRow = -1;
  for (const { startPosition, endPosition } of statements) {
    // What follows a semicolon may stand anywhere.
    if (startPosition.row !== lastRow && startPosition.column !== first.startPosition.column) {
      const at = { line: startPosition.row + 1, column: startPosition.column + 1 };
      return { at, message: "unindent does not match any outer indentation level" };
    }
    lastRow = endPosition.row;
  }
  return undefined;
}

function parameterMistake(list: Node): SyntaxMistake | undefined {
  const names = new Set<string>();
  let defaultSeen = false;
  let starSeen = false;
  for (const child of list.namedChildren) {
    if (!child || child.type === "comment") continue;
    starSeen ||= child.text.startsWith("*");
    if (child.type !== "identifier" && !child.type.endsWith("parameter")) continue;
    const name = (child.childForFieldName("name") ?? child.namedChild(0) ?? child).text.replace(/^\*+\s*/, "");
    if (names.has(name)) return { at: placeOf(child), message: `duplicate parameter "${name}"` };
    names.add(name);
    const hasDefault = child.childForFieldName("value") !== null;
    if (defaultSeen && !hasDefault && !starSeen) {
      return { at: placeOf(child), message: "a parameter without a default follows one that has a default" };
    }
    defaultSeen ||= hasDefault;
  }
  return undefined;
}

function unclosedBracket(root: Node): Node | undefined {
  const open: Node[] = [];
  for (const leaf of root.descendantsOfType(["(", "[", "{", ")", "]", "}"])) {
    if (leaf === null || leaf.isMissing || leaf.startIndex === leaf.endIndex) continue;
    const opener = closers[leaf.type];
    if (opener === undefined) open.push(leaf);
    else if (open.at(-1)?.type === opener) open.pop();
    else return undefined; // closed by the wrong one: the error node says it better
  }
  return open.at(-1);
}

/** The innermost error in the first subtree that has one: outer ones only repeat it. */
function firstError(node: Node): Node | undefined {
  for (const child of node.children) {
    if (child?.hasError || child?.isMissing) {
      const inner = firstError(child);
      if (inner) return inner;
    }
  }
  return node.isError || node.isMissing ? node : undefined;
}

function placeOf(node: Node): At {
  return { line: node.startPosition.row + 1, column: node.startPosition.column + 1 };
}
