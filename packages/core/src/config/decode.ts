/** YAML nodes → plain values by the shape that is wanted, with the place of every value. */
import { closest } from "@cog/core/spelling";
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Range, type Scalar } from "yaml";
import type { Finding } from "./problem.ts";
import type { Shape } from "./shape.ts";

export interface Decoded {
  readonly value: unknown;
  /** Offset in the text by field: of the value, or of the key where the value is absent. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Wrong kinds: the text cannot be read as what it should be. */
  readonly problems: readonly Finding[];
  readonly unknownKeys: readonly Finding[];
  /** Fields of kind `ignored` that are set. */
  readonly ignoredKeys: readonly string[];
}

/** Decodes a document; `lineOf` is for messages that speak of a second place. */
export function decode(document: Document, shape: Shape, lineOf: (offset: number) => number): Decoded {
  const decoder = new Decoder(document, lineOf);
  const value = decoder.value(document.contents as Node | null, shape, "");
  const { offsets, problems, unknownKeys, ignoredKeys } = decoder;
  return { value, offsets, problems, unknownKeys, ignoredKeys };
}

/** Collects while it walks; lives for one document. */
class Decoder {
  readonly offsets = new Map<string, number>();
  readonly problems: Finding[] = [];
  readonly unknownKeys: Finding[] = [];
  readonly ignoredKeys: string[] = [];
  readonly #document: Document;
  readonly #lineOf: (offset: number) => number;

  constructor(document: Document, lineOf: (offset: number) => number) {
    this.#document = document;
    this.#lineOf = lineOf;
  }

  value(written: Node | null, shape: Shape, field: string): unknown {
    const node = this.#resolve(written);
    if (!this.offsets.has(field) && written?.range) this.offsets.set(field, written.range[0]);
    if (node === undefined || isNull(node)) return undefined;
    switch (shape.kind) {
      case "text":
        return isScalar(node) ? String(node.value) : this.#wrong(field, "a string", node);
      case "boolean":
        return this.#boolean(node, field);
      case "integer":
        return this.#integer(node, field);
      case "list":
        if (!isSeq(node)) return this.#wrong(field, "a list", node);
        return node.items.map((item, index) => this.value(item as Node, shape.items, join(field, String(index))));
      case "mapping":
        return isMap(node)
          ? this.#mapping(node.items as Pair[], shape.keys, field)
          : this.#wrong(field, "a mapping", node);
      case "either":
        return this.value(node, isMap(node) ? shape.mapping : shape.short, field);
      case "ignored":
        this.ignoredKeys.push(field);
        return undefined;
    }
  }

  #resolve(node: Node | null): Node | undefined {
    const target = isAlias(node) ? node.resolve(this.#document) : node;
    return target ?? undefined;
  }

  /** YAML 1.1's words. Numbers are no booleans. */
  #boolean(node: Node, field: string): boolean | undefined {
    const text = isScalar(node) ? String(node.value) : "";
    if (/^(true|yes|on|y)$/i.test(text)) return true;
    if (/^(false|no|off|n)$/i.test(text)) return false;
    this.#wrong(field, "a boolean: true or false", node);
    return undefined;
  }

  #integer(node: Node, field: string): number | undefined {
    const text = isScalar(node) ? String(node.value) : "";
    if (/^[-+]?\d+$/.test(text)) return Number(text);
    this.#wrong(field, "a whole number", node);
    return undefined;
  }

  #mapping(pairs: readonly Pair[], shapes: Readonly<Record<string, Shape>>, field: string): Record<string, unknown> {
    const merged: Record<string, unknown> = {};
    const own: Record<string, unknown> = {};
    const seen = new Map<string, number>();
    for (const pair of pairs) {
      const key = pair.key as Scalar;
      const offset = (key.range as Range | undefined)?.[0] ?? 0;
      if (isMergeKey(key)) {
        Object.assign(merged, this.#merged(pair.value as Node | null, shapes, field));
        continue;
      }
      const name = String(isScalar(key) ? key.value : key);
      const path = join(field, name);
      const first = seen.get(name);
      if (first !== undefined) {
        this.offsets.set(path, offset);
        this.problems.push({
          field: path,
          message: `mapping key "${path}" already defined at line ${this.#lineOf(first)}`,
        });
        continue;
      }
      seen.set(name, offset);
      const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
      if (shape === undefined) {
        this.offsets.set(path, offset);
        this.unknownKeys.push({ field: path, message: unknownKey(path, name, Object.keys(shapes)) });
        continue;
      }
      const value = this.value(pair.value as Node | null, shape, path);
      if (!hasContent(this.#resolve(pair.value as Node | null))) this.offsets.set(path, offset);
      if (value !== undefined) own[name] = value;
    }
    return { ...merged, ...own };
  }

  #merged(node: Node | null, shapes: Readonly<Record<string, Shape>>, field: string): Record<string, unknown> {
    const target = this.#resolve(node);
    const sources = isSeq(target) ? target.items.map((item) => this.#resolve(item as Node)) : [target];
    const found: Record<string, unknown> = {};
    // Of several, the first wins.
    for (const source of sources.reverse()) {
      if (isMap(source)) Object.assign(found, this.#mapping(source.items as Pair[], shapes, field));
      else this.#wrong(join(field, "<<"), "a mapping", source);
    }
    return found;
  }

  #wrong(field: string, expected: string, node: Node | undefined): undefined {
    if (node?.range) this.offsets.set(field, node.range[0]);
    const found = isSeq(node)
      ? "a list"
      : isMap(node)
        ? "a mapping"
        : JSON.stringify(isScalar(node) ? node.value : null);
    const message =
      field === ""
        ? `the file must hold ${expected} at its top level, found ${found}`
        : `schema error in "${field}": must be ${expected}, found ${found}`;
    this.problems.push({ field, message });
    return undefined;
  }
}

function unknownKey(path: string, name: string, known: readonly string[]): string {
  const guess = closest(name, known);
  const parent = path.slice(0, path.length - name.length);
  return `unknown key "${path}"${guess === undefined ? "; it is ignored" : `; did you mean "${parent}${guess}"?`}`;
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === "symbol";
}

/** Written without a tag or quotes; the failsafe schema leaves it as text. */
function isNull(node: Node): boolean {
  return isScalar(node) && node.type === "PLAIN" && /^(|~|null|Null|NULL)$/.test(String(node.value));
}

function hasContent(node: Node | undefined): boolean {
  return node !== undefined && !(isScalar(node) && node.value === "" && node.type === "PLAIN");
}

function join(field: string, key: string): string {
  return field === "" ? key : `${field}.${key}`;
}
