/** What a name in a file stands for, through imports of project files and libraries. */
import type { Binding, Module, Modules } from "./modules.ts";
import type { ClassStatement, Expr, FunctionStatement, ImportStatement } from "./syntax.ts";

export type Entity =
  | { readonly kind: "class"; readonly module: Module; readonly node: ClassStatement }
  | { readonly kind: "function"; readonly module: Module; readonly node: FunctionStatement }
  | { readonly kind: "value"; readonly module: Module; readonly name: string; readonly expr: Expr }
  /** A project file or folder. */
  | { readonly kind: "module"; readonly directory: string; readonly module: Module | undefined }
  /** Something in a class body. */
  | { readonly kind: "member"; readonly owner: Extract<Entity, { kind: "class" }>; readonly name: string }
  /** `name` of a library; the empty name is the library itself. */
  | { readonly kind: "external"; readonly origin: string; readonly name: string }
  /** A builtin, or a mistake. */
  | { readonly kind: "unbound"; readonly name: string };

/** Top-level packages that are never looked for in the project, even when such a file exists. */
const libraries = new Set(
  `builtins typing typing_extensions collections abc enum dataclasses os sys io json re math pathlib functools itertools
  contextlib concurrent asyncio multiprocessing threading logging warnings unittest pytest numpy torch tensorflow jax
  scipy sklearn transformers diffusers accelerate safetensors PIL cv2 skimage requests httpx aiohttp fastapi flask
  pydantic cog`.split(/\s+/),
);

/** Longer chains of imports and aliases than this go round in circles. */
const DEPTH_LIMIT = 40;
/** Files that import everything from each other double the ways at every step. */
const WORK_LIMIT = 1_000;

export class Names {
  private readonly modules: Modules;
  private workLeft = WORK_LIMIT;

  constructor(modules: Modules) {
    this.modules = modules;
  }

  /** What a name or dotted name stands for, through aliases; undefined for any other expression. */
  resolve(module: Module, expr: Expr): Entity | undefined {
    this.workLeft = WORK_LIMIT;
    return this.resolveExpr(module, expr, 0);
  }

  /** Resolves the name as seen from `module`; undefined when nothing there binds it. */
  lookUp(module: Module, name: string): Entity | undefined {
    this.workLeft = WORK_LIMIT;
    return this.lookUpName(module, name, 0);
  }

  /**
   * The class of that name in a project file that `module` imports something from. Cog sees all models of such files by
   * their bare names, and with annotations that are never evaluated such models run.
   */
  lookUpBeside(module: Module, name: string): Entity | undefined {
    this.workLeft = WORK_LIMIT;
    for (const binding of module.names.values()) {
      const directory = binding.kind === "import" ? this.directoryOf(module, binding) : undefined;
      const beside = directory === undefined ? undefined : this.moduleAt(directory);
      const found = beside && this.lookUpName(beside, name, 0);
      if (found?.kind === "class") return found;
    }
    return undefined;
  }

  private resolveExpr(module: Module, expr: Expr, depth: number): Entity | undefined {
    if (depth > DEPTH_LIMIT) return undefined;
    if (expr.kind === "name") {
      const entity = this.lookUpName(module, expr.id, depth + 1) ?? { kind: "unbound", name: expr.id };
      return this.follow(entity, depth);
    }
    if (expr.kind !== "attribute") return undefined;
    const object = this.resolveExpr(module, expr.object, depth + 1);
    return object && this.follow(this.attribute(object, expr.name, depth), depth);
  }

  /** `Runner = Impl`: through to what the other name stands for. */
  private follow(entity: Entity | undefined, depth: number): Entity | undefined {
    if (entity?.kind !== "value") return entity;
    return this.resolveExpr(entity.module, entity.expr, depth + 1) ?? entity;
  }

  private attribute(object: Entity, name: string, depth: number): Entity | undefined {
    switch (object.kind) {
      case "module":
        return (
          (object.module && this.lookUpName(object.module, name, depth + 1)) ?? this.submodule(object.directory, name)
        );
      case "external":
        return { kind: "external", origin: [object.origin, object.name].filter(Boolean).join("."), name };
      case "class":
        return { kind: "member", owner: object, name };
      case "unbound":
        // `typing.List` without `import typing`: any prefix is understood.
        return { kind: "external", origin: object.name, name };
      case "function":
      case "value":
      case "member":
        return undefined;
    }
  }

  private lookUpName(module: Module, name: string, depth: number): Entity | undefined {
    if (depth > DEPTH_LIMIT || this.workLeft-- <= 0) return undefined;
    const binding = module.names.get(name);
    return binding ? this.entityOf(module, name, binding, depth) : this.lookInStars(module, name, depth);
  }

  private entityOf(module: Module, name: string, binding: Binding, depth: number): Entity {
    switch (binding.kind) {
      case "class":
        return { kind: "class", module, node: binding };
      case "function":
        return { kind: "function", module, node: binding };
      case "assign":
        return { kind: "value", module, name, expr: binding.value };
      case "import":
        return this.importOf(module, binding, depth);
    }
  }

  private importOf(module: Module, statement: ImportStatement, depth: number): Entity {
    const external = { kind: "external", origin: statement.module, name: statement.name ?? "" } as const;
    const directory = this.directoryOf(module, statement);
    if (directory === undefined) return external;
    const target = this.moduleAt(directory);
    if (statement.name === undefined)
      return target ? { kind: "module", directory, module: target } : this.folder(directory, external);
    const inside = target && this.lookUpName(target, statement.name, depth + 1);
    return inside ?? this.submodule(directory, statement.name) ?? external;
  }

  /** `import pkg` of a folder without `__init__.py`; whether it is one shows when something in it is asked for. */
  private folder(directory: string, external: Entity): Entity {
    return external.kind === "external" && !libraries.has(directory.split("/")[0] ?? "")
      ? { kind: "module", directory, module: undefined }
      : external;
  }

  private lookInStars(module: Module, name: string, depth: number): Entity | undefined {
    if (name.startsWith("_")) return undefined;
    for (const star of module.stars.toReversed()) {
      const directory = this.directoryOf(module, star);
      const target = directory === undefined ? undefined : this.moduleAt(directory);
      const found = target && target !== module ? this.lookUpName(target, name, depth + 1) : undefined;
      if (found) return found;
    }
    return undefined;
  }

  /** The path an import means, without `.py`; undefined for libraries and for what leaves the project. */
  private directoryOf(module: Module, statement: ImportStatement): string | undefined {
    const parts = statement.module === "" ? [] : statement.module.split(".");
    if (statement.level === 0) return libraries.has(parts[0] ?? "") ? undefined : parts.join("/");
    const here = module.path.split("/").slice(0, -1);
    const up = statement.level - 1;
    return up > here.length ? undefined : [...here.slice(0, here.length - up), ...parts].join("/");
  }

  private moduleAt(directory: string): Module | undefined {
    const init = directory === "" ? "__init__.py" : `${directory}/__init__.py`;
    return (directory === "" ? undefined : this.modules.load(`${directory}.py`)) ?? this.modules.load(init);
  }

  private submodule(directory: string, name: string): Entity | undefined {
    const path = directory === "" ? name : `${directory}/${name}`;
    const module = this.moduleAt(path);
    return module && { kind: "module", directory: path, module };
  }
}
