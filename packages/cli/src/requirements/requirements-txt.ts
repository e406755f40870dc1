/** `requirements.txt`: pip's own format. Included files are read in place; one that includes itself is read once. */
import type { Collector, Origin, SourceFile } from "./collector.ts";
import { logicalLines } from "./logical-lines.ts";

export function readRequirementsText(file: SourceFile, collector: Collector): void {
  include(file, collector, [file.path]);
}

/** One requirement as a line of such a file would say it. */
export function readLine(text: string, origin: Origin, collector: Collector, parents: readonly string[] = []): void {
  const nested = collector.add(text, origin);
  if (nested !== undefined && !parents.includes(nested.path)) include(nested, collector, [...parents, nested.path]);
}

function include({ path, text }: SourceFile, collector: Collector, parents: readonly string[]): void {
  const written = text.split(/\r?\n/);
  for (const { text: line, number } of logicalLines(text)) {
    const place = { file: path, line: number, column: 1, source: written[number - 1] ?? "" };
    readLine(line, { path, place }, collector, parents);
  }
}
