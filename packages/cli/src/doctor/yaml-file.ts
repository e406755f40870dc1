/** cog.yaml as text and as a document: edits by the places of its nodes, so that comments and layout stay. */
import { type Document, isMap, isScalar, type Pair, parseDocument, type Scalar, type YAMLMap } from "yaml";
import { applyEdits, type Edit } from "./python-file.ts";

export interface Entry {
  readonly pair: Pair;
  readonly key: Scalar;
  readonly value: unknown;
}

export class YamlFile {
  readonly text: string;
  readonly document: Document;
  readonly #bom: string;

  constructor(text: string) {
    this.#bom = text.startsWith("\uFEFF") ? "\uFEFF" : "";
    this.text = text.slice(this.#bom.length);
    this.document = parseDocument(this.text, { schema: "failsafe", prettyErrors: false });
  }

  /** `entry("build", "python_packages")`; undefined when it is not written there, or not as a plain mapping. */
  entry(...path: readonly string[]): Entry | undefined {
    let map: unknown = this.document.contents;
    let found: Entry | undefined;
    for (const name of path) {
      if (!isMap(map)) return undefined;
      found = entryOf(map, name);
      if (found === undefined) return undefined;
      map = found.value;
    }
    return found;
  }

  get newline(): string {
    return this.text.includes("\r\n") ? "\r\n" : "\n";
  }

  edited(edits: readonly Edit[]): string {
    return this.#bom + applyEdits(this.text, edits);
  }
}

function entryOf(map: YAMLMap, name: string): Entry | undefined {
  for (const pair of map.items) {
    const { key, value } = pair;
    if (isScalar(key) && String(key.value) === name) return { pair, key, value };
  }
  return undefined;
}

/** The text of a scalar, whatever quotes it has. */
export function textOf(value: unknown): string | undefined {
  return isScalar(value) ? String(value.value) : undefined;
}

/** Writes another text in a scalar's place, in its quotes. */
export function rewritten(scalar: unknown, text: string): Edit[] {
  if (!isScalar(scalar) || !scalar.range) return [];
  const [start, end] = scalar.range;
  const quote = scalar.type === "QUOTE_DOUBLE" ? '"' : scalar.type === "QUOTE_SINGLE" ? "'" : "";
  return [{ start, end, text: `${quote}${text}${quote}` }];
}
