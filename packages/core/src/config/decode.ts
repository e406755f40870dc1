/** YAML nodes → plain values by the shape that is wanted, with the place of every value. */
import { closest } from "@cog/core/spelling";
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Range, type Scalar } from "yaml";
import { type Finding, invalid } from "./problem.ts";
import type { Key, MappingShape, Shape, TextShape } from "./shape.ts";

const LONGEST_QUOTE = 80;

export interface Decoded {
  readonly value: unknown;
  /** Offset in the text by field: of the value, or of the key where the value is absent. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Values of wrong kinds or out of their limits, and required ones that are absent. */
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
    if (isAlias(written) && node === undefined) return this.#unknownAlias(written.source, field);
    if (node === undefined || isNull(node)) return undefined;
    switch (shape.kind) {
      case "text":
        return this.#text(node, shape, field);
      case "boolean":
        return this.#boolean(node, field);
      case "integer":
        return this.#integer(node, shape.least, field);
      case "list":
        if (!isSeq(node)) return this.#wrong(field, "a list", node, listForm(node, shape.form));
        return node.items.map((item, index) => this.#item(item as Node, shape.items, join(field, String(index))));
      case "mapping":
        return isMap(node) ? this.#whole(node.items as Pair[], shape, field) : this.#wrong(field, "a mapping", node);
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

  /** An absent key is one that is not wanted; an empty place in a list is a slip. */
  #item(written: Node, shape: Shape, field: string): unknown {
    const value = this.value(written, shape, field);
    const node = this.#resolve(written);
    if (node !== undefined && isNull(node)) this.#wrong(field, nameOfKind(shape), node);
    return value;
  }

  #text(node: Node, { choices, trimmed }: TextShape, field: string): string | undefined {
    if (!isScalar(node)) return this.#wrong(field, "a string", node);
    const text = trimmed ? String(node.value).trim() : String(node.value);
    // No path, argument or variable can hold one.
    if (text.includes("\0")) return this.#wrong(field, "a string without null characters", node);
    if (choices !== undefined && text !== "" && !choices.includes(text)) {
      return this.#wrong(field, allOf(choices), node, didYouMean(text, choices));
    }
    return text;
  }

  #unknownAlias(name: string, field: string): undefined {
    this.problems.push({ field, message: `invalid YAML: nothing above is marked &${name}` });
  }

  /** YAML 1.1's words. Numbers are no booleans. */
  #boolean(node: Node, field: string): boolean | undefined {
    const text = isScalar(node) ? String(node.value) : "";
    if (/^(true|yes|on|y)$/i.test(text)) return true;
    if (/^(false|no|off|n)$/i.test(text)) return false;
    return this.#wrong(field, "a boolean: true or false", node, didYouMean(text, ["true", "false", "yes", "no"]));
  }

  #integer(node: Node, least: number, field: string): number | undefined {
    const text = isScalar(node) ? String(node.value) : "";
    if (!/^[-+]?\d+$/.test(text)) return this.#wrong(field, "a whole number", node);
    if (Number(text) < least) this.problems.push(invalid(field, text, `must be at least ${least}`));
    return Number(text);
  }

  /** A mapping with all that is required in it. */
  #whole(pairs: readonly Pair[], { keys }: MappingShape, field: string): Record<string, unknown> {
    const before = this.problems.length;
    const values = this.#mapping(pairs, keys, field);
    const wrong = new Set(this.problems.slice(before).map((problem) => problem.field));
    for (const [name, { isRequired, shape }] of Object.entries(keys)) {
      if (!isRequired || values[name] || wrong.has(join(field, name))) continue;
      const choices = shape.kind === "text" && shape.choices !== undefined ? `: ${allOf(shape.choices)}` : "";
      this.problems.push({ field, message: `schema error in "${field}": ${name} is required${choices}` });
    }
    return values;
  }

  #mapping(pairs: readonly Pair[], keys: Readonly<Record<string, Key>>, field: string): Record<string, unknown> {
    const merged: Record<string, unknown> = {};
    const own: Record<string, unknown> = {};
    const seen = new Map<string, number>();
    for (const pair of pairs) {
      const written = pair.key as Scalar;
      const offset = (written.range as Range | undefined)?.[0] ?? 0;
      if (isMergeKey(written)) {
        Object.assign(merged, this.#merged(pair.value as Node | null, keys, field));
        continue;
      }
      const name = String(isScalar(written) ? written.value : written);
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
      const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
      if (key === undefined) {
        this.offsets.set(path, offset);
        this.unknownKeys.push({ field: path, message: unknownKey(path, name, Object.keys(keys)) });
        continue;
      }
      const value = this.value(pair.value as Node | null, key.shape, path);
      if (!isAlias(pair.value) && !hasContent(this.#resolve(pair.value as Node | null))) this.offsets.set(path, offset);
      if (value !== undefined) own[name] = value;
    }
    return { ...merged, ...own };
  }

  #merged(node: Node | null, keys: Readonly<Record<string, Key>>, field: string): Record<string, unknown> {
    const target = this.#resolve(node);
    const sources = isSeq(target) ? target.items.map((item) => this.#resolve(item as Node)) : [target];
    const found: Record<string, unknown> = {};
    // Of several, the first wins.
    for (const source of sources.reverse()) {
      if (isMap(source)) Object.assign(found, this.#mapping(source.items as Pair[], keys, field));
      else this.#wrong(join(field, "<<"), "a mapping", source);
    }
    return found;
  }

  #wrong(field: string, expected: string, node: Node | undefined, more = ""): undefined {
    if (node?.range) this.offsets.set(field, node.range[0]);
    const found = isSeq(node)
      ? "a list"
      : isMap(node)
        ? "a mapping"
        : node === undefined || isNull(node)
          ? "null"
          : quoted(isScalar(node) ? String(node.value) : "");
    const message =
      field === ""
        ? `the file must hold ${expected} at its top level, found ${found}`
        : `schema error in "${field}": must be ${expected}, found ${found}${more}`;
    this.problems.push({ field, message });
    return undefined;
  }
}

/** The start of a long text is enough to find it by. */
function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);
}

function unknownKey(path: string, name: string, known: readonly string[]): string {
  const guess = closest(name, known);
  const parent = path.slice(0, path.length - name.length);
  return `unknown key "${path}"${guess === undefined ? "; it is ignored" : `; did you mean "${parent}${guess}"?`}`;
}

/** `system_packages: ffmpeg` → `write [ffmpeg]`. */
function listForm(node: Node, form: string | undefined): string {
  if (isMap(node)) return form === undefined ? "" : `; write its items as ${form}`;
  return isScalar(node) ? `; write [${String(node.value)}]` : "";
}

function allOf(choices: readonly string[]): string {
  return choices.map((choice) => JSON.stringify(choice)).join(" or ");
}

function didYouMean(text: string, choices: readonly string[]): string {
  const guess = closest(text, choices);
  return guess === undefined ? "" : `; did you mean "${guess}"?`;
}

function nameOfKind(shape: Shape): string {
  return shape.kind === "mapping" || shape.kind === "either" ? "a mapping" : "a string";
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
