/**
 * A user's requirements, made ready for an install inside the image: one flat list of lines, and the local files
 * they name. Lines are passed on as they are written; only local paths are rewritten to where the file will be.
 */
import { posix } from "node:path";
import { UserError } from "@cog/core/errors";
import type { StagedFile } from "./plan.ts";

/** Where the staged files are while the install step runs. */
const MOUNT = "/mnt";
const ARTEFACT = /\.(whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz)$/i;
const MANAGED = new Set(["cog", "coglet"]);

export interface RequirementSource {
  /** Project-relative path, for messages; absent for `build.python_packages`. */
  readonly file?: string;
  readonly text: string;
}

/** The files of the project as far as requirements need them. Paths are project-relative, with `/`. */
export interface ProjectFiles {
  /** The text of a file; undefined when there is none. */
  readonly read: (path: string) => string | undefined;
  /** What is at a path once symlinks are followed. */
  readonly find: (path: string) => Found;
}

export type Found =
  | { readonly kind: "file"; readonly absolute: string }
  | { readonly kind: "outside" }
  | { readonly kind: "missing" };

export interface Requirements {
  readonly lines: readonly string[];
  readonly files: readonly StagedFile[];
  readonly warnings: readonly string[];
}

interface Line {
  readonly text: string;
  readonly number: number;
}

/** @param source the text of the requirements file, or `python_packages` joined by newlines */
export function readRequirements(source: RequirementSource, project: ProjectFiles): Requirements {
  const reader = new Reader(project);
  reader.include(source, []);
  return reader.result();
}

/** Collects over nested files; lives for one `readRequirements`. */
class Reader {
  readonly #project: ProjectFiles;
  readonly #findLinks = new Set<string>();
  readonly #indexes = new Map<string, string>();
  readonly #packages: string[] = [];
  readonly #files = new Map<string, StagedFile>();
  readonly #warnings: string[] = [];

  constructor(project: ProjectFiles) {
    this.#project = project;
  }

  include(source: RequirementSource, parents: readonly string[]): void {
    for (const line of logicalLines(source.text)) this.#read(line, source, parents);
  }

  result(): Requirements {
    const lines = [
      ...[...this.#findLinks].map((url) => `--find-links ${url}`),
      ...[...this.#indexes.values()].map((url) => `--extra-index-url ${url}`),
      ...this.#packages,
    ];
    // Options alone install nothing.
    return {
      lines: this.#packages.length === 0 ? [] : lines,
      files: [...this.#files.values()],
      warnings: this.#warnings,
    };
  }

  #read(line: Line, source: RequirementSource, parents: readonly string[]): void {
    const option =
      /^(-r|--requirement|-c|--constraint|-f|--find-links|--extra-index-url)(?:\s+|\s*=\s*|(?<=^-[rcf]))(.+)$/.exec(
        line.text,
      );
    if (option?.[1] !== undefined && option[2] !== undefined) {
      this.#readOption(option[1], option[2].trim(), line, source, parents);
      return;
    }
    if (line.text === "-e .") return;
    const name = requirementName(line.text);
    if (name !== undefined && MANAGED.has(name)) {
      this.#warnings.push(
        `${where(source, line)}"${line.text}" is left out: Cog installs its own SDK. ` +
          "Set build.sdk_version in cog.yaml, or COG_SDK_WHEEL, to choose another one.",
      );
      return;
    }
    const artefact = this.#artefact(line, source);
    this.#packages.push(artefact ?? line.text);
  }

  #readOption(option: string, value: string, line: Line, source: RequirementSource, parents: readonly string[]): void {
    const remote = isUrl(value);
    switch (option) {
      case "--extra-index-url":
        this.#indexes.set(value.replace(/\/+$/, ""), this.#indexes.get(value.replace(/\/+$/, "")) ?? value);
        return;
      case "-f":
      case "--find-links":
        if (!remote)
          throw refuse(
            "requirements.option",
            `the requirements option ${option} with a local directory is not supported`,
            line,
            source,
          );
        this.#findLinks.add(value);
        return;
      case "-r":
      case "--requirement":
        if (remote) this.#packages.push(line.text);
        else this.#includeFile(option, value, line, source, parents);
        return;
      default:
        this.#packages.push(remote ? line.text : this.#stageConstraints(option, value, line, source));
    }
  }

  #includeFile(option: string, value: string, line: Line, source: RequirementSource, parents: readonly string[]): void {
    const path = this.#resolve(option, value, line, source);
    if (parents.includes(path)) return;
    const text = this.#project.read(path) ?? "";
    this.include({ file: path, text }, [...parents, path]);
  }

  #stageConstraints(option: string, value: string, line: Line, source: RequirementSource): string {
    const path = this.#resolve(option, value, line, source);
    const text = logicalLines(this.#project.read(path) ?? "").map((constraint) => constraint.text);
    const staged = `constraints/${path}`;
    this.#files.set(staged, { path: `requirements/${staged}`, text: `${text.join("\n")}\n` });
    return `-c ${MOUNT}/${staged}`;
  }

  #resolve(option: string, value: string, line: Line, source: RequirementSource): string {
    const path = relativeTo(source, value);
    switch (this.#project.find(path).kind) {
      case "file":
        return path;
      case "missing":
        throw refuse("requirements.not_found", `requirements option ${option}: ${value} not found`, line, source);
      case "outside":
        throw refuse(
          "requirements.outside",
          `requirements option ${option}: ${value} must be inside the project directory`,
          line,
          source,
        );
    }
  }

  /** The rewritten line of a local wheel or source archive; undefined for any other requirement. */
  #artefact(line: Line, source: RequirementSource): string | undefined {
    const { text } = line;
    if (/^file:/i.test(text) || /^[\w.-]+(\[[^\]]*\])?\s*@\s*file:/i.test(text))
      throw refuse(
        "requirements.local",
        `"${text}": a file URL cannot be used; write the path of the file instead`,
        line,
        source,
      );
    if (/^[\w.-]+(\[[^\]]*\])?\s*@\s*[./]/.test(text))
      throw refuse(
        "requirements.local",
        `"${text}": a direct reference to a local path is not supported; write just the path`,
        line,
        source,
      );
    const path = localPath(text);
    if (path === undefined) return undefined;
    if (path.rest.startsWith(";"))
      throw refuse(
        "requirements.local",
        `"${text}": environment markers cannot be used with a local file`,
        line,
        source,
      );
    if (path.rest.startsWith("["))
      throw refuse("requirements.local", `"${text}": extras cannot be used with a local file`, line, source);
    if (path.rest !== "")
      throw refuse(
        "requirements.local",
        `"${text}": inline options or hashes cannot be used with a local file`,
        line,
        source,
      );
    if (!ARTEFACT.test(path.file))
      throw refuse("requirements.local", `"${text}" is not a supported wheel or source archive`, line, source);

    const relative = relativeTo(source, path.file);
    const found = this.#project.find(relative);
    if (found.kind === "missing")
      throw refuse("requirements.not_found", `"${text}": the file was not found`, line, source);
    if (found.kind === "outside")
      throw refuse("requirements.outside", `"${text}" must be inside the project directory`, line, source);
    const name = relative.startsWith("/") ? posix.basename(relative) : relative;
    const staged = `local_package_artifacts/${name}`;
    this.#files.set(staged, { path: `requirements/${staged}`, from: found.absolute });
    return `${MOUNT}/${staged}`;
  }
}

/** Joins continued lines, drops blank ones and comments. A `#` inside a word (`#egg=`) starts no comment. */
function logicalLines(text: string): Line[] {
  const lines: Line[] = [];
  let joined = "";
  let start = 0;
  for (const [index, physical] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (joined === "") start = index + 1;
    if (physical.endsWith("\\") && !/^\s*#/.test(physical)) {
      joined += physical.slice(0, -1);
      continue;
    }
    const line = (joined + physical).replace(/(^|\s+)#.*$/, "").trim();
    joined = "";
    if (line !== "") lines.push({ text: line, number: start });
  }
  if (joined.trim() !== "") lines.push({ text: joined.trim(), number: start });
  return lines;
}

/** The normalised (PEP 503) name a requirement line starts with. */
export function requirementName(line: string): string | undefined {
  const name = /^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:$|[[<>=!~;@ ])/.exec(line)?.[1];
  return name?.toLowerCase().replaceAll(/[-_.]+/g, "-");
}

/** Splits a line that starts with a local path into the path and what follows it. */
function localPath(text: string): { readonly file: string; readonly rest: string } | undefined {
  if (isUrl(text) || text.startsWith("-")) return undefined;
  const artefact = /^(.+?\.(?:whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz))\s*($|;.*|\[.*|--.*)$/i.exec(text);
  if (artefact?.[1] !== undefined && !/[@=<>]/.test(artefact[1].split("/")[0] ?? "")) {
    return { file: artefact[1], rest: artefact[2] ?? "" };
  }
  if (/^(\.{1,2}\/|\/|\.{1,2}$)/.test(text)) return { file: text, rest: "" };
  return undefined;
}

function relativeTo(source: RequirementSource, path: string): string {
  if (path.startsWith("/")) return path;
  return posix.normalize(posix.join(posix.dirname(source.file ?? "x"), path));
}

function isUrl(text: string): boolean {
  return /^([a-z]+\+)?[a-z]+:\/\//i.test(text);
}

function where(source: RequirementSource, line: Line): string {
  return source.file === undefined ? "" : `${source.file}:${line.number}: `;
}

function refuse(code: string, message: string, line: Line, source: RequirementSource): UserError {
  const place = source.file === undefined ? undefined : { file: source.file, line: line.number };
  return new UserError(code, message, { place });
}
