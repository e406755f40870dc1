/** `T = Input(default=None)` becomes `Optional[T] = Input(default=None)`, which is what it means. */
import { join } from "node:path";
import type { Place } from "@cog/core/errors";
import type { Node } from "web-tree-sitter";
import { problemsOf } from "../model-problems.ts";
import type { Edit, PythonFile } from "../python-file.ts";
import { importedNames, withImport } from "../python-imports.ts";
import { type MigrationStep, NOTHING, refused } from "./migration.ts";

export const optionalInputsStep: MigrationStep = {
  id: "optional-inputs",
  plan(subject) {
    const places = problemsOf(subject, "optional").flatMap(({ place }) => place ?? []);
    if (places.length === 0) return NOTHING;
    const written = new Map<string, string>();
    for (const path of new Set(places.map(({ file }) => file))) {
      const file = subject.pythonFile(path);
      const text = file?.edited(
        editsOf(
          file,
          places.filter((place) => place.file === path),
        ),
      );
      if (text === undefined) return refused(`${path} cannot be edited`);
      written.set(path, text);
    }
    return {
      kind: "ready",
      what: `Write Optional[…] around ${places.length === 1 ? "the type of an input" : `the types of ${places.length} inputs`} with the default None`,
      places,
      apply() {
        for (const [path, text] of written) subject.draft.write(join(subject.directory, path), text);
      },
    };
  },
};

function editsOf(file: PythonFile, places: readonly Place[]): readonly Edit[] {
  const { name, edits } = optionalIn(file);
  const types = places.flatMap((place) => annotationAt(file, place) ?? []);
  return [
    ...edits,
    ...types.map((node) => ({ start: node.startIndex, end: node.endIndex, text: `${name}[${node.text}]` })),
  ];
}

function annotationAt(file: PythonFile, { line = 1, column = 1 }: Place): Node | undefined {
  let node = file.root.descendantForPosition({ row: line - 1, column: column - 1 });
  while (node !== null && node.type !== "type") node = node.parent;
  return node ?? undefined;
}

/** What `Optional` is called in the file, with the import that makes it so. */
function optionalIn(file: PythonFile): { readonly name: string; readonly edits: readonly Edit[] } {
  const imports = importedNames(file).filter(({ statement }) => statement.parent?.type === "module");
  const direct = imports.find(({ module, name }) => module === "typing" && name === "Optional");
  if (direct !== undefined) return { name: direct.local, edits: [] };
  const whole = imports.find(({ module, name }) => module === undefined && name === "typing");
  if (whole !== undefined) return { name: `${whole.local}.Optional`, edits: [] };
  return { name: "Optional", edits: withImport(file, "typing", "Optional") };
}
