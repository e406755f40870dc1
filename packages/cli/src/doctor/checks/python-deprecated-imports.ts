import { join } from "node:path";
import { CogError } from "@cog/core/errors";
import type { Node } from "web-tree-sitter";
import { type Check, type Finding, looked } from "../finding.ts";
import { descendants, type Edit, type PythonFile, statementOf, usesOf, withoutStatement } from "../python-file.ts";
import { emptiedWithout, type ImportedName, importedNames, unusedWithout, withoutImports } from "../python-imports.ts";
import type { Subject } from "../subject.ts";
import { unreadable } from "../unreadable.ts";

const NAME = "ExperimentalFeatureWarning";

/** Names that newer versions of the SDK do not have any more. */
export const pythonDeprecatedImports: Check = {
  id: "python-deprecated-imports",
  group: "Python",
  title: "Deprecated imports",
  look: (subject) =>
    subject.config instanceof CogError ? unreadable : looked(subject.pythonFiles(new RegExp(NAME)).flatMap(findingsIn)),
  fix(subject) {
    for (const file of subject.pythonFiles(new RegExp(NAME))) mend(subject, file);
  },
};

function findingsIn(file: PythonFile): readonly Finding[] {
  const edits = editsOf(file);
  const mended = typeof edits === "string" ? { remedy: edits } : { fixable: true as const };
  return deprecatedIn(file).map(({ node }) => ({
    severity: "error",
    message: `${NAME} is deprecated: nothing raises it any more`,
    place: file.placeOf(node),
    ...mended,
  }));
}

function mend(subject: Subject, file: PythonFile): void {
  const edits = editsOf(file);
  const text = typeof edits === "string" ? undefined : file.edited(edits);
  if (text !== undefined) subject.draft.write(join(subject.directory, file.path), text);
}

function deprecatedIn(file: PythonFile): readonly ImportedName[] {
  return importedNames(file).filter(({ name, module }) => name === NAME && /^cog(\.types)?$/.test(module ?? ""));
}

/** The import, the calls that it was for, and imports that were only for those; or what has to be done by hand. */
function editsOf(file: PythonFile): readonly Edit[] | string {
  const imports = deprecatedIn(file);
  if (imports.length === 0 || !file.isValid) return "Correct the file first: it is no valid Python.";
  const calls: Node[] = [];
  for (const use of imports.flatMap(({ local }) => usesOf(file.root, local))) {
    const statement = statementOf(use);
    if (statement.type !== "expression_statement" || statement.namedChild(0)?.type !== "call") {
      return `Take out line ${use.startPosition.row + 1} of ${file.path} by hand: it does more with it than silence it.`;
    }
    if (!calls.some(({ id }) => id === statement.id)) calls.push(statement);
  }
  const helpers = importedNames(file).filter(({ local }) =>
    calls.some((statement) => descendants(statement, "identifier").some(({ text }) => text === local)),
  );
  const unused = unusedWithout(file, calls, helpers).filter(
    (one) => !imports.some(({ node }) => node.id === one.node.id),
  );
  const removed = [...imports, ...unused];
  const gone = [...calls, ...emptiedWithout(removed)];
  return [...calls.map((statement) => withoutStatement(file, statement, gone)), ...withoutImports(file, removed, gone)];
}
