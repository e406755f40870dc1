/** At spaces only: what is meant to be copied (an address, a digest, a path) stays in one piece. */
export function wrapped(message: string, width: number): readonly string[] {
  return message.split("\n").flatMap((line) => {
    // An indented line was laid out by whoever wrote it.
    if (line.length <= width || /^\s/.test(line)) return [line];
    const lines: string[] = [];
    let current = "";
    for (const word of line.split(" ")) {
      if (current !== "" && current.length + 1 + word.length > width) {
        lines.push(current);
        current = word;
      } else current = current === "" ? word : `${current} ${word}`;
    }
    return [...lines, current];
  });
}
