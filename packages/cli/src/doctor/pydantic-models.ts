/** Classes on `pydantic.BaseModel` that only are ones to hold files, and how they become `cog.BaseModel`. */
import type { Node } from "web-tree-sitter";
import { descendants, type Edit, type PythonFile, usesOf, withoutStatement } from "./python-file.ts";
import { type ImportedName, importedNames, unusedWithout, withImport, withoutImports } from "./python-imports.ts";

export interface PydanticModel {
  readonly name: string;
  readonly node: Node;
  /** `BaseModel` or `pydantic.BaseModel` among its bases. */
  readonly base: Node;
  readonly options: readonly Option[];
}

/** Where `arbitrary_types_allowed` is written: all that `whole` says, or one of several things in it. */
interface Option {
  readonly whole: Node;
  readonly part: Node;
  readonly isAll: boolean;
}

const OPTION = "arbitrary_types_allowed";

export function pydanticModels(file: PythonFile): readonly PydanticModel[] {
  const imports = importedNames(file);
  return descendants(file.root, "class_definition").flatMap((node): PydanticModel[] => {
    const base = node
      .childForFieldName("superclasses")
      ?.namedChildren.find((one): one is Node => one !== null && isPydanticBase(one, imports));
    const options = optionsOf(node);
    if (!base || options.length === 0) return [];
    return [{ name: node.childForFieldName("name")?.text ?? "", node, base, options }];
  });
}

function isPydanticBase(node: Node, imports: readonly ImportedName[]): boolean {
  const wanted = node.text.split(".");
  return imports.some(({ module, name, local }) =>
    module === undefined
      ? name === "pydantic" && wanted.length === 2 && wanted[0] === local && wanted[1] === "BaseModel"
      : module === "pydantic" && name === "BaseModel" && node.text === local,
  );
}

function optionsOf(owner: Node): readonly Option[] {
  const body = owner.childForFieldName("body");
  const own = descendants(owner, "keyword_argument", "pair", "assignment").filter((node) => sets(node, OPTION));
  return own.flatMap((part): Option[] => {
    const { parent } = part;
    if (parent === null || body === null) return [];
    // class Out(BaseModel, arbitrary_types_allowed=True)
    if (parent.id === owner.childForFieldName("superclasses")?.id) return [{ whole: parent, part, isAll: false }];
    const statement = childOf(body, part);
    if (statement === undefined) return [];
    // class Config: arbitrary_types_allowed = True
    const around = part.type === "assignment" ? part.parent?.parent : parent;
    const siblings = around?.namedChildren.filter((one) => one !== null && one.type !== "comment") ?? [];
    const isConfig = /^(model_config\b|class\s+Config\b)/.test(statement.text);
    return isConfig
      ? [
          {
            whole: statement,
            part: part.type === "assignment" ? (part.parent ?? part) : part,
            isAll: siblings.length === 1,
          },
        ]
      : [];
  });
}

function sets(node: Node, name: string): boolean {
  const key = node.childForFieldName("name") ?? node.childForFieldName("key") ?? node.childForFieldName("left");
  const value = node.childForFieldName("value") ?? node.childForFieldName("right");
  return key?.text.replaceAll(/^["']|["']$/g, "") === name && value?.text === "True";
}

/** The statement of a block that a node is part of. */
function childOf(block: Node, node: Node): Node | undefined {
  let child: Node | null = node;
  while (child !== null && child.parent?.id !== block.id) child = child.parent;
  return child ?? undefined;
}

/** All models of the file, or why they are better changed by hand. */
export function toCogModels(file: PythonFile): readonly Edit[] | string {
  const models = pydanticModels(file);
  const imports = importedNames(file);
  if (!file.isValid) return "Correct the file first: it is no valid Python.";
  for (const model of models) {
    const obstacle = obstacleIn(file, model, imports);
    if (obstacle !== undefined) return `Change "${model.name}" by hand: ${obstacle}.`;
  }
  const gone = models.flatMap(({ base, options }) => [
    base,
    ...options.map((one) => (one.isAll ? one.whole : one.part)),
  ]);
  const statements = models.flatMap(({ options }) => options.filter(({ isAll }) => isAll).map(({ whole }) => whole));
  const candidates = imports.filter(
    ({ module, name }) =>
      (module ?? name) === "pydantic" && (module === undefined || ["BaseModel", "ConfigDict"].includes(name)),
  );
  const unused = unusedWithout(file, gone, candidates);
  const { name, edits } = cogBase(file, imports, unused);
  return [
    ...models.map(({ base }) => ({ start: base.startIndex, end: base.endIndex, text: name })),
    ...models.flatMap(({ options }) =>
      options.flatMap(({ whole, part, isAll }) =>
        isAll ? [withoutStatement(file, whole, statements)] : [withoutPart(file, part)],
      ),
    ),
    ...withoutImports(file, unused),
    ...edits,
  ];
}

/** What Cog's class is called here: it may be imported already, and its name may be taken. */
function cogBase(
  file: PythonFile,
  imports: readonly ImportedName[],
  unused: readonly ImportedName[],
): { readonly name: string; readonly edits: readonly Edit[] } {
  const there = imports.find(({ module, name }) => module === "cog" && name === "BaseModel");
  if (there !== undefined) return { name: there.local, edits: [] };
  const holder = imports.find(({ local }) => local === "BaseModel");
  const isFree =
    holder === undefined
      ? !descendants(file.root, "class_definition").some((node) => node.childForFieldName("name")?.text === "BaseModel")
      : unused.includes(holder);
  return isFree
    ? { name: "BaseModel", edits: withImport(file, "cog", "BaseModel") }
    : { name: "CogBaseModel", edits: withImport(file, "cog", "BaseModel as CogBaseModel") };
}

const PYDANTIC_METHODS = /^(model_(dump|validate|copy|construct|fields|json)\w*|parse_obj|parse_raw)$/;

/** What a dataclass, which `cog.BaseModel` makes of a class, cannot do as pydantic does. */
function obstacleIn(
  file: PythonFile,
  { node, base, options }: PydanticModel,
  imports: readonly ImportedName[],
): string | undefined {
  const bases = node.childForFieldName("superclasses")?.namedChildren.filter((one) => one?.type !== "keyword_argument");
  if ((bases?.length ?? 0) > 1) return "it has other bases too";
  const pydantic = imports.filter(({ module }) => module?.split(".")[0] === "pydantic");
  const decorated = node.parent?.type === "decorated_definition" ? node.parent : node;
  for (const { local } of pydantic) {
    const isOther = (use: Node) =>
      use.id !== base.id &&
      !options.some(({ whole }) => whole.startIndex <= use.startIndex && use.endIndex <= whole.endIndex);
    if (usesOf(decorated, local).some(isOther)) return `it also uses ${local} of pydantic`;
  }
  const method = descendants(file.root, "attribute")
    .map((one) => one.childForFieldName("attribute")?.text ?? "")
    .find((name) => PYDANTIC_METHODS.test(name));
  if (method !== undefined) return `the file calls ${method}() of pydantic`;
  let defaulted = false;
  for (const statement of node.childForFieldName("body")?.namedChildren ?? []) {
    const field = statement?.type === "expression_statement" ? statement.namedChild(0) : null;
    if (field?.type !== "assignment" || field.childForFieldName("type") === null) continue;
    const value = field.childForFieldName("right");
    const optional = /^(?:\w+\.)?Optional\[|\|\s*None\b|\bNone\s*\|/.test(field.childForFieldName("type")?.text ?? "");
    if (value === null && defaulted && !optional)
      return `"${field.childForFieldName("left")?.text}" has no default and follows a field that has one`;
    if (value !== null && /^(list|dictionary|set)$/.test(value.type))
      return `the default of "${field.childForFieldName("left")?.text}" would be shared by all its instances`;
    defaulted ||= value !== null || optional;
  }
  return undefined;
}

/** One of several arguments, with its comma; or one of several statements. */
function withoutPart(file: PythonFile, part: Node): Edit {
  if (part.type === "expression_statement") return withoutStatement(file, part);
  const following = /^\s*,\s*/.exec(file.text.slice(part.endIndex))?.[0];
  const preceding = /,\s*$/.exec(file.text.slice(0, part.startIndex))?.[0];
  if (
    preceding !== undefined &&
    (following === undefined || !/^\s*,\s*(?![)\]}])/.test(file.text.slice(part.endIndex)))
  )
    return { start: part.startIndex - preceding.length, end: part.endIndex, text: "" };
  return { start: part.startIndex, end: part.endIndex + (following?.length ?? 0), text: "" };
}
