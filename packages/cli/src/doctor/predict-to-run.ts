/** The names of the new era: predict.py, Predictor, BasePredictor and predict() become run.py, Runner, BaseRunner and run(). */
import { join } from "node:path";
import { CogError } from "@cog/core/errors";
import type { Node } from "web-tree-sitter";
import { descendants, type Edit, type PythonFile, usesOf } from "./python-file.ts";
import { importedNames, withoutImports } from "./python-imports.ts";
import type { Subject } from "./subject.ts";
import { rewritten, textOf, YamlFile } from "./yaml-file.ts";

export type Migration =
  | { readonly kind: "ready"; apply(): void }
  | { readonly kind: "refused"; readonly because: string };

const OLD_REFERENCE = "predict.py:Predictor";

/** All of it or nothing: whatever is not as it always was is left to its author. */
export function planPredictToRun(subject: Subject): Migration {
  const { config, draft, directory } = subject;
  if (config instanceof CogError) return refused("cog.yaml cannot be read");
  const yaml = new YamlFile(config.text);
  const predict = yaml.entry("predict");
  if (predict === undefined) return refused("cog.yaml has no predict:");
  if (yaml.entry("run") !== undefined) return refused("cog.yaml has a run: already");
  if (textOf(predict.value) !== OLD_REFERENCE)
    return refused(`only "predict: ${OLD_REFERENCE}" is migrated, and cog.yaml names another file or class`);
  const [from, to] = [join(directory, "predict.py"), join(directory, "run.py")];
  if (draft.exists(to)) return refused("cannot migrate predict.py to run.py because run.py already exists");
  const file = subject.pythonFile("predict.py");
  if (file === undefined) return refused("predict.py cannot be read");
  const edits = editsOf(file);
  if (typeof edits === "string") return refused(edits);
  const importer = importerOf(subject);
  if (importer !== undefined) return refused(`${importer} imports it by its name`);
  const python = file.edited(edits);
  if (python === undefined) return refused("predict.py is no valid Python");
  return {
    kind: "ready",
    apply() {
      const train = yaml.entry("train");
      const trainer = textOf(train?.value);
      draft.write(
        config.path,
        yaml.edited([
          ...rewritten(predict.key, "run"),
          ...rewritten(predict.value, "run.py:Runner"),
          ...(trainer?.startsWith("predict.py:") === true
            ? rewritten(train?.value, trainer.replace(/^predict\.py:/, "run.py:").replace(/:Predictor$/, ":Runner"))
            : []),
        ]),
      );
      draft.write(to, python);
      draft.remove(from);
    },
  };
}

function refused(because: string): Migration {
  return { kind: "refused", because };
}

/** The edits, or why there are none. */
function editsOf(file: PythonFile): readonly Edit[] | string {
  if (!file.isValid) return "predict.py is no valid Python";
  const classes = descendants(file.root, "class_definition").filter((node) => nameOf(node) === "Predictor");
  const [owner] = classes;
  if (owner === undefined || classes.length > 1) return `predict.py has ${classes.length} classes called Predictor`;
  const methods = descendants(owner, "function_definition").filter(
    (node) => node.parent?.parent?.id === owner.id || node.parent?.parent?.parent?.id === owner.id,
  );
  const [method, ...others] = methods.filter((node) => nameOf(node) === "predict");
  if (method === undefined || others.length > 0) return "Predictor has no predict(), or several";
  if (methods.some((node) => nameOf(node) === "run")) return "Predictor has a run() already";

  const imports = importedNames(file);
  const base = imports.find(({ name, module }) => name === "BasePredictor" && /^cog(\.predictor)?$/.test(module ?? ""));
  if (base === undefined) return "predict.py does not import BasePredictor from cog";
  if (base.aliased) return "BasePredictor has another name in predict.py";
  const taken = usesOf(file.root, "Runner").length > 0 || imports.some(({ local }) => local === "Runner");
  if (taken) return "predict.py uses the name Runner for something else";

  const renamed = (nodes: readonly Node[], text: string) => nodes.map((node) => replacement(node, text));
  const hasBaseRunner = imports.some(({ local }) => local === "BaseRunner");
  const methodName = method.childForFieldName("name");
  return [
    ...renamed([...usesOf(file.root, "Predictor"), ...quotedUses(file)], "Runner"),
    ...renamed(usesOf(file.root, "BasePredictor"), "BaseRunner"),
    ...(hasBaseRunner ? withoutImports(file, [base]) : [replacement(base.node, "BaseRunner")]),
    ...renamed(methodName === null ? [] : [methodName, ...ownCalls(file, owner)], "run"),
  ];
}

/** `-> "Predictor"` */
function quotedUses(file: PythonFile): readonly Node[] {
  return descendants(file.root, "type").flatMap((type) =>
    descendants(type, "string_content").filter(({ text }) => text === "Predictor"),
  );
}

/** `self.predict(…)` in the class and `Predictor().predict(…)` anywhere; what else is called `predict` is not this method. */
function ownCalls(file: PythonFile, owner: Node): readonly Node[] {
  return descendants(file.root, "attribute").flatMap((node) => {
    const name = node.childForFieldName("attribute");
    const object = node.childForFieldName("object");
    if (name?.text !== "predict" || object === null) return [];
    const isInside = owner.startIndex <= node.startIndex && node.endIndex <= owner.endIndex;
    const isOwn = isInside && (object.text === "self" || object.text === "super()");
    return isOwn || object.childForFieldName("function")?.text === "Predictor" ? [name] : [];
  });
}

function importerOf(subject: Subject): string | undefined {
  for (const file of subject.pythonFiles(/\bpredict\b/)) {
    if (file.path === "predict.py") continue;
    const found = importedNames(file).find(
      ({ module, name }) =>
        module === "predict" ||
        module === ".predict" ||
        (module ?? name) === "predict" ||
        (module === "." && name === "predict"),
    );
    if (found !== undefined) return `${file.path}:${found.node.startPosition.row + 1}`;
  }
  return undefined;
}

function replacement(node: Node, text: string): Edit {
  return { start: node.startIndex, end: node.endIndex, text };
}

function nameOf(node: Node): string | undefined {
  return node.childForFieldName("name")?.text;
}
