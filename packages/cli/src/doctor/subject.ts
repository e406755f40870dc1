/** What checks look at: a project as it lies there, or as fixes have drafted it. Read anew after every fix. */
import { type Dirent, existsSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type ParsedConfig, parseConfig } from "@cog/core/config";
import { CogError, UserError } from "@cog/core/errors";
import type { LocalSettings } from "#engines";
import { findProject, openProject, type Project } from "#project";
import { loadParser, type ParsePython, type ReadResult, readInterface } from "#python";
import { type Reporter, reporterWith } from "#report";
import type { Draft } from "./draft.ts";
import { PythonFile } from "./python-file.ts";

export interface Surroundings {
  readonly workingDirectory: string;
  /** As given to `-f`. */
  readonly file: string;
  readonly local: LocalSettings;
  /** COG_SKIP_DOCKER_CHECK, COG_SKIP_GPU_CHECK */
  readonly skipDocker: boolean;
  readonly skipGpu: boolean;
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

export interface ConfigFile {
  readonly path: string;
  /** As messages call it. */
  readonly name: string;
  readonly text: string;
  readonly parsed: ParsedConfig;
}

export interface Subject extends Surroundings {
  readonly draft: Draft;
  /** Absolute; what paths in cog.yaml are relative to. */
  readonly directory: string;
  /** What keeps cog.yaml from being read at all, or its text. */
  readonly config: ConfigFile | CogError;
  /** The whole project, or why there is none: cog.yaml is wrong, or a file that it names is missing. */
  readonly project: Project | CogError;
  /** All Python files of the project that mention a word, parsed; those of others (`site-packages`) are left out. */
  pythonFiles(word: RegExp): readonly PythonFile[];
  pythonFile(path: string): PythonFile | undefined;
  /** What the model takes and gives, read from its source; undefined when cog.yaml names no model. */
  readonly interface: ReadResult | undefined;
}

export async function openSubject(surroundings: Surroundings, draft: Draft): Promise<Subject> {
  const config = readConfig(surroundings, draft);
  const project = config instanceof CogError ? config : readProject(surroundings);
  const directory =
    project instanceof CogError
      ? config instanceof CogError
        ? surroundings.workingDirectory
        : config.directory
      : project.directory;
  const parse = await loadParser();
  let found: readonly string[] | undefined;
  const at = (path: string) => resolve(directory, path);
  const open = (path: string) => openPython(path, draft.read(at(path)), parse);
  const model = config instanceof CogError ? undefined : config.parsed.config;
  const hasModel = model?.predict !== undefined || model?.train !== undefined;
  return {
    ...surroundings,
    draft,
    directory,
    config,
    project,
    pythonFiles: (word) => {
      // Where there is no project, this is somebody's home, or the whole disk.
      found ??= config instanceof CogError ? [] : sources(directory, draft);
      return found.flatMap((path) => (word.test(draft.read(at(path)) ?? "") ? (open(path) ?? []) : []));
    },
    pythonFile: open,
    interface: hasModel
      ? await readInterface({ predict: model.predict, train: model.train, readFile: (path) => draft.read(at(path)) })
      : undefined,
  };
}

function readConfig(
  { workingDirectory, file }: Surroundings,
  draft: Draft,
): (ConfigFile & { directory: string }) | CogError {
  try {
    const { directory, configFile: path } = findProject(workingDirectory, file);
    const name = relative(directory, path);
    const text = draft.read(path);
    if (text === undefined)
      return new UserError("config.unreadable", `Cannot read ${name}: it is not a file of UTF-8 text`);
    return { directory, path, name, text, parsed: parseConfig(text, { file: name }) };
  } catch (error) {
    if (error instanceof CogError) return error;
    throw error;
  }
}

/** As every other command opens it, from the disk. */
function readProject({ workingDirectory, file, report }: Surroundings): Project | CogError {
  const hush = (message: string) => report.debug(message);
  try {
    return openProject({ workingDirectory, file, report: reporterWith(report, { info: hush, warn: hush }) });
  } catch (error) {
    if (error instanceof CogError) return error;
    throw error;
  }
}

function openPython(path: string, text: string | undefined, parse: ParsePython): PythonFile | undefined {
  return text === undefined ? undefined : new PythonFile(path, text, parse);
}

const NOT_OURS = new Set([".cog", ".git", "node_modules", "site-packages", "__pycache__", ".venv", "venv"]);

/** Relative paths of Python files, sorted; with what the draft adds, without what it removes. */
function sources(directory: string, draft: Draft): readonly string[] {
  const drafted = draft.changes
    .map(({ path }) => relative(directory, path))
    .filter((path) => path.endsWith(".py") && !path.startsWith(".."));
  const found = new Set([...walk(directory, ""), ...drafted]);
  return [...found].filter((path) => draft.exists(join(directory, path))).sort();
}

function walk(root: string, folder: string): readonly string[] {
  return entriesOf(join(root, folder)).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile()) return entry.name.endsWith(".py") ? [path] : [];
    const ours = entry.isDirectory() && !NOT_OURS.has(entry.name) && !existsSync(join(root, path, "pyvenv.cfg"));
    return ours ? walk(root, path) : [];
  });
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // not ours to read
  }
}
