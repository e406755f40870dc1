/** Help on a terminal: what it is for, examples first, then flags by group. */
import type { Page, Row } from "./page.ts";

/** Terms longer than this have their text on the next line. */
const TERM = 34;
const NARROW = 60;
const WIDE = 110;

/** @param columns of the terminal; without one the width is comfortable to read */
export function helpText(page: Page, columns = WIDE): string {
  const width = Math.max(NARROW, Math.min(columns, WIDE));
  const examples = page.examples.map(({ command, what }) => ({ term: command, text: what }));
  const isGroup = page.usage.includes("<command>");
  const end = isGroup ? `Run '${page.name} <command> --help' for more about a command.` : "";
  return [
    ...wrap(page.summary, width),
    "",
    "Usage:",
    `  ${page.usage}`,
    ...part("Examples", examples, width),
    ...page.paragraphs.flatMap((paragraph) => ["", ...paragraphLines(paragraph, width)]),
    ...page.sections.flatMap(({ title, rows }) => part(title, rows, width)),
    ...(end === "" ? [] : ["", end]),
  ]
    .join("\n")
    .concat("\n");
}

function part(title: string, rows: readonly Row[], width: number): readonly string[] {
  if (rows.length === 0) return [];
  const fitting = rows.map(({ term }) => term.length).filter((length) => length <= TERM);
  const column = Math.max(0, ...fitting) + 4;
  return ["", `${title}:`, ...rows.flatMap((row) => rowLines(row, column, width))];
}

function rowLines({ term, text }: Row, column: number, width: number): readonly string[] {
  const [first = "", ...more] = wrap(text, width - column);
  const indented = more.map((line) => `${" ".repeat(column)}${line}`);
  if (term.length + 4 <= column) return [`  ${term.padEnd(column - 2)}${first}`.trimEnd(), ...indented];
  return [`  ${term}`, `${" ".repeat(column)}${first}`.trimEnd(), ...indented];
}

/** Lines that are indented stand as they are. */
function paragraphLines(text: string, width: number): readonly string[] {
  return text.startsWith("  ") ? text.split("\n") : wrap(text.replaceAll("\n", " "), width);
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
