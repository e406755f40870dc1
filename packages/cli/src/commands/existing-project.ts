/** What a folder that becomes a project has already: a model, a trainer, requirements, a version of Python. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "@cog/core/config";
import { CogError } from "@cog/core/errors";
import type { Node } from "web-tree-sitter";
import { choosePython } from "#compat";
import { loadParser, type ParsePython } from "#python";
import type { Reporter } from "#report";
import { readRequirements } from "#requirements";
import { isFile } from "./is-file.ts";
import type { StarterChoice } from "./starter-files.ts";

export type ExistingProject = Pick<StarterChoice, "model" | "train" | "requirements" | "pythonVersion">;

export async function existingProject(directory: string, report: Reporter): Promise<ExistingProject> {
  const parse = await loadParser();
  const { requirements, pythonVersion } = requirementsIn(directory, report);
  return {
    model: modelIn(directory, parse),
    train: trainerIn(directory, parse),
    requirements,
    pythonVersion: versionFile(directory) ?? pythonVersion,
  };
}

/** In order of preference; a pyproject.toml may well be there for its tools only. */
const REQUIREMENTS = ["requirements.txt", "uv.lock", "pyproject.toml"];

/** The first file that can be installed from, and the Python that it is for. */
function requirementsIn(directory: string, report: Reporter) {
  for (const file of REQUIREMENTS.filter((name) => isFile(join(directory, name)))) {
    try {
      return { requirements: file, pythonVersion: pythonFor(directory, file) };
    } catch (error) {
      if (!(error instanceof CogError)) throw error;
      report.warn(`${file} is not used as requirements: ${error.message}`);
    }
  }
  return { requirements: undefined, pythonVersion: DEFAULT_PYTHON };
}

const DEFAULT_PYTHON = "3.13";

function pythonFor(directory: string, file: string): string {
  const { config, placeOf } = parseConfig(`build:\n  python_requirements: ${file}\n`, { file: "cog.yaml" });
  if (config === undefined) return DEFAULT_PYTHON;
  return choosePython(config.build, readRequirements({ directory, config, placeOf })).value;
}

function versionFile(directory: string): string | undefined {
  const file = join(directory, ".python-version");
  return isFile(file) ? /^\s*(?:c?python-?)?(3\.\d+)/i.exec(readFileSync(file, "utf8"))?.[1] : undefined;
}

/** In run.py and predict.py any class with the method will do; elsewhere it must be one of Cog's. */
function modelIn(directory: string, parse: ParsePython): StarterChoice["model"] {
  const named = ["run.py", "predict.py"].filter((file) => isFile(join(directory, file)));
  const others = existsSync(directory)
    ? readdirSync(directory).filter(
        (file) => file.endsWith(".py") && !named.includes(file) && file !== "train.py" && isFile(join(directory, file)),
      )
    : [];
  for (const file of [...named, ...others.sort()]) {
    const text = readFileSync(join(directory, file), "utf8");
    if (!named.includes(file) && !/\bBase(Runner|Predictor)\b/.test(text)) continue;
    const definitions = definitionsIn(parse(text).rootNode);
    const runners = definitions.filter(({ methods }) => methods.includes("run") || methods.includes("predict"));
    const chosen = runners.find(({ isCogs }) => isCogs) ?? (named.includes(file) ? runners[0] : undefined);
    if (chosen !== undefined)
      return { key: chosen.methods.includes("run") ? "run" : "predict", reference: `${file}:${chosen.name}` };
    const plain = definitions.find(({ kind, name }) => kind === "function" && file === `${name}.py`);
    if (plain !== undefined && named.includes(file))
      return { key: plain.name === "predict" ? "predict" : "run", reference: `${file}:${plain.name}` };
  }
  return undefined;
}

function trainerIn(directory: string, parse: ParsePython): string | undefined {
  const file = join(directory, "train.py");
  if (!isFile(file)) return undefined;
  const found = definitionsIn(parse(readFileSync(file, "utf8")).rootNode).find(
    ({ kind, name, methods }) => (kind === "function" && name === "train") || methods.includes("train"),
  );
  return found && `train.py:${found.name}`;
}

interface Definition {
  readonly kind: "class" | "function";
  readonly name: string;
  readonly methods: readonly string[];
  /** It has one of Cog's classes as a base. */
  readonly isCogs: boolean;
}

/** Classes and functions at the top of a file. */
function definitionsIn(root: Node): readonly Definition[] {
  return definitionNodes(root).map((node) => ({
    kind: node.type === "class_definition" ? "class" : "function",
    name: nameOf(node),
    methods:
      node.type === "class_definition"
        ? definitionNodes(node.childForFieldName("body")).map((method) => nameOf(method))
        : [],
    isCogs: /\bBase(Runner|Predictor)\b/.test(node.childForFieldName("superclasses")?.text ?? ""),
  }));
}

function definitionNodes(block: Node | null): readonly Node[] {
  return (block?.namedChildren ?? [])
    .map((child) => (child?.type === "decorated_definition" ? child.childForFieldName("definition") : child))
    .filter((node): node is Node => node?.type === "class_definition" || node?.type === "function_definition");
}

function nameOf(node: Node): string {
  return node.childForFieldName("name")?.text ?? "";
}
