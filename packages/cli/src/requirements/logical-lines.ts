export interface LogicalLine {
  readonly text: string;
  /** Of its first line in the file. */
  readonly number: number;
}

/** Joins continued lines, drops blank ones and comments. A `#` inside a word (`#egg=`) starts no comment. */
export function logicalLines(text: string): readonly LogicalLine[] {
  const joined: LogicalLine[] = [];
  let open: LogicalLine | undefined;
  const physicalLines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (const [index, physical] of physicalLines.entries()) {
    const isComment = /^\s*#/.test(physical);
    const continues = physical.endsWith("\\") && !isComment;
    const piece = `${isComment ? " " : ""}${continues ? physical.slice(0, -1) : physical}`;
    const line: LogicalLine =
      open === undefined ? { text: piece, number: index + 1 } : { ...open, text: open.text + piece };
    open = continues ? line : undefined;
    if (!continues) joined.push(line);
  }
  if (open !== undefined) joined.push(open);
  return joined
    .map(({ text: line, number }) => ({ text: line.replace(/(^|\s+)#.*$/, "").trim(), number }))
    .filter((line) => line.text !== "");
}
