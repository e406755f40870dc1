/** From a reference ("run.py:Runner") to the function or method that it means. */
import type { Context } from "./context.ts";
import { bind, type Module } from "./modules.ts";
import type { Entity } from "./names.ts";
import type { ProblemCode } from "./problem.ts";
import type { FunctionStatement, Statement } from "./syntax.ts";

export type Mode = "predict" | "train";

/** A function and the file it is written in: what its annotations and defaults mean is decided there. */
export interface Target {
  readonly module: Module;
  readonly function: FunctionStatement;
  /** The class of the reference, for messages. */
  readonly className: string | undefined;
}

export function findTarget(context: Context, reference: string, mode: Mode): Target | undefined {
  const separator = reference.lastIndexOf(":");
  const [path, name] =
    separator === -1 ? [reference, ""] : [reference.slice(0, separator), reference.slice(separator + 1)];
  const wrong = (code: ProblemCode, message: string, hint: string) =>
    context.wrongReference({ code, message, place: { file: "cog.yaml", line: 1, column: 1 }, reference: mode, hint });
  const example = `Write it like "${mode === "train" ? "train.py:train" : "run.py:Runner"}".`;
  if (name === "") return wrong("schema.reference", `"${reference}" does not name a class or function`, example);
  const normal = normalise(path);
  if (normal === undefined) {
    const message = `predictor source path "${path}" is outside source directory`;
    return wrong("schema.reference", message, "Use a path below the project's folder.");
  }
  const module = context.modules.load(normal);
  if (module === undefined) {
    const message = `failed to read predictor source ${normal}: no such file`;
    return wrong("schema.source_missing", message, `Create it, or correct "${reference}" in cog.yaml.`);
  }
  if (module.broken) return undefined; // reported
  const entity = context.names.resolve(module, { kind: "name", id: name, at: { line: 1, column: 1 } });
  if (entity?.kind === "function") return { module: entity.module, function: entity.node, className: undefined };
  if (entity?.kind === "class") return findMethod(context, entity, mode);
  return wrong("schema.target_not_found", ...missing(module, name));
}

/** Without `.` and `..`; undefined when it is absolute or leaves the project. */
function normalise(path: string): string | undefined {
  const parts: string[] = [];
  const slashed = path.replaceAll("\\", "/");
  if (slashed.startsWith("/") || /^[a-z]:/i.test(slashed)) return undefined;
  for (const part of slashed.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== "." && part !== "") {
      parts.push(part);
    }
  }
  return parts.join("/");
}

function missing(module: Module, name: string): [message: string, hint: string] {
  const defined = [...module.names.values()].filter(({ kind }) => kind === "class" || kind === "function");
  const found = defined.map((binding) => ("name" in binding ? `${binding.name}` : ""));
  return [
    `class "${name}" not found in ${module.path}; found: ${found.length > 0 ? found.join(", ") : "no class or function"}`,
    found.length > 0
      ? `Name one of these in cog.yaml, like "${module.path}:${found[0]}".`
      : `Define a class with a run() method in ${module.path}.`,
  ];
}

type ClassEntity = Extract<Entity, { kind: "class" }>;

/** `run` anywhere in the hierarchy wins over any `predict`. */
function findMethod(context: Context, owner: ClassEntity, mode: Mode): Target | undefined {
  const className = owner.node.name;
  const classes = hierarchy(context, owner);
  for (const name of mode === "train" ? ["train"] : ["run", "predict"]) {
    for (const { module, node } of classes) {
      const method = methodIn(node.body, name);
      if (!method) continue;
      if (name === "predict") warnOfPredict(context, { module, function: method, className });
      return { module: insideClass(module, node), function: method, className };
    }
  }
  const { module, node } = owner;
  if (mode === "train") {
    const hint = `Add \`def train(self, …) -> …\` to ${className}.`;
    return context.problem("schema.method_not_found", module, node.at, `${className}.train not found`, hint);
  }
  const hint = `Add \`def run(self, …) -> …\` to ${className}${unknownBases(context, owner)}.`;
  return context.problem(
    "schema.method_not_found",
    module,
    node.at,
    `${className} must define run() or predict()`,
    hint,
  );
}

/** Defaults and annotations of a method also see what the class's body assigns. */
function insideClass(module: Module, { body }: ClassEntity["node"]): Module {
  const own = [...bind(body).names].filter(([, { kind }]) => kind === "assign" || kind === "class");
  return own.length === 0 ? module : { ...module, names: new Map([...module.names, ...own]) };
}

function warnOfPredict(context: Context, { module, function: method, className }: Target): void {
  const message = `${className}.predict() is deprecated; use run() instead`;
  context.warn("schema.deprecated_predict", module, method.at, message, "Rename the method to run.");
}

/** The class and its bases, left to right, depth first, up to Cog's own base class: mixins after that do not count. */
function hierarchy(context: Context, owner: ClassEntity): readonly ClassEntity[] {
  const classes: ClassEntity[] = [];
  /** Returns true when it met Cog's base class. */
  const visit = (entity: ClassEntity): boolean => {
    if (classes.some(({ node }) => node === entity.node)) return false;
    classes.push(entity);
    return entity.node.bases.some((base) => {
      const parent = context.names.resolve(entity.module, base);
      if (parent?.kind === "class") return visit(parent);
      return parent?.kind === "external" && /^Base(Runner|Predictor)$/.test(parent.name);
    });
  };
  visit(owner);
  return classes;
}

/** The last definition counts, also one in an `if` or `try`. */
function methodIn(body: readonly Statement[], name: string): FunctionStatement | undefined {
  const found = body.flatMap((statement) =>
    statement.kind === "block" ? [methodIn(statement.body, name)] : [statement],
  );
  return found.findLast(
    (statement): statement is FunctionStatement => statement?.kind === "function" && statement.name === name,
  );
}

function unknownBases(context: Context, { module, node }: ClassEntity): string {
  const elsewhere = node.bases.flatMap((base) => {
    const entity = context.names.resolve(module, base);
    return entity?.kind === "external" && !entity.origin.startsWith("cog") ? [`${entity.origin}.${entity.name}`] : [];
  });
  return elsewhere.length > 0
    ? `; methods of ${elsewhere.join(", ")} cannot be read, for it is not a file of this project`
    : "";
}
