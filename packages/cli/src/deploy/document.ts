/** Objects → YAML that people can read, with notes where a value needs a reason. */
import type { Json, JsonObject } from "@cog/core/json";
import { Document, isCollection, isMap, isScalar, type Node } from "yaml";

export interface Noted {
  readonly value: JsonObject;
  readonly notes: readonly Note[];
}

export interface Note {
  /** Of what the note stands before. */
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** @param head stands at the very top */
export function yamlText(documents: readonly Noted[], head: readonly string[]): string {
  const texts = documents.map((one) => textOf(one));
  return `${head.map((line) => (line === "" ? "#\n" : `# ${line}\n`)).join("")}${texts.join("---\n")}`;
}

function textOf({ value, notes }: Noted): string {
  // Readers of YAML 1.1 take more words for numbers and booleans (`yes`, `12:30`): for them such texts are quoted.
  const document = new Document(value, { version: "1.1", aliasDuplicateObjects: false });
  for (const { path, text } of notes) noteBefore(document, path, text);
  return document.toString({ lineWidth: 0, directives: false });
}

function noteBefore(document: Document, path: readonly (string | number)[], text: string): void {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  const node = isMap(parent)
    ? parent.items.map(({ key }) => key).find((key) => isScalar(key) && key.value === last)
    : undefined;
  const found = node ?? (isCollection(parent) && typeof last === "number" ? parent.get(last, true) : undefined);
  if (found === undefined || found === null) throw new Error(`there is nothing at ${path.join(".")} to note`);
  (found as Node).commentBefore = text.replaceAll(/^/gm, " "); // a key of ours is a scalar, an item a node
}

/** An object, some members of which are absent. */
export function present(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}
