/**
 * Takes requirement lines one by one and makes of them what an engine installs. Lines are passed on as they are written;
 * local files become files of their own, options go first, and what cannot be installed everywhere is refused.
 */
import { posix } from "node:path";
import { type ErrorCode, type Place, type Problem, UserError } from "@cog/core/errors";
import { withoutCredentials } from "@cog/core/redact";
import { localFileIn } from "./local-file.ts";
import { logicalLines } from "./logical-lines.ts";
import { requirementName } from "./name.ts";
import type { ProjectFiles } from "./project-files.ts";
import type { LocalFile, RequirementLine, Requirements } from "./requirements.ts";
import { corrected, isWellFormed } from "./well-formed.ts";

export interface SourceFile {
  /** Project-relative, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Where a line comes from. */
export interface Origin {
  /** The file that paths in the line are relative to. */
  readonly path: string;
  readonly place?: Place | undefined;
}

/** The SDK and the former runtime: Cog installs its own. */
const MANAGED = new Set(["cog", "coglet"]);
const FILE_OPTION =
  /^(-r|--requirement|-c|--constraint|-f|--find-links|-e|--editable)(?:\s+|\s*=\s*|(?<=^-[rcfe]))(.+)$/;
const EXTRA_INDEX = /^--extra-index-url(?:\s+|\s*=\s*)(.+)$/;
/** Options of the whole file that people write behind a package, where no installer takes them. */
const INLINE = /\s+(--extra-index-url|--index-url|-i|--find-links|-f|--trusted-host)(?:\s+|=)(\S+)/g;

/** Collects over all files; lives for one reading. */
export class Collector {
  requiresPython: string | undefined;
  readonly #project: ProjectFiles;
  readonly #findLinks = new Map<string, RequirementLine>();
  readonly #indexes = new Map<string, RequirementLine>();
  readonly #options: RequirementLine[] = [];
  readonly #packages: RequirementLine[] = [];
  readonly #warnings: string[] = [];
  readonly #problems: (Problem & { readonly code: ErrorCode })[] = [];

  constructor(project: ProjectFiles) {
    this.#project = project;
  }

  /** Takes one line; gives back the file that has to be read in its place, for `-r`. */
  add(text: string, origin: Origin): SourceFile | undefined {
    const option = FILE_OPTION.exec(text);
    if (option?.[1] !== undefined && option[2] !== undefined)
      return this.#fileOption(option[1], option[2].trim(), text, origin);
    const index = EXTRA_INDEX.exec(text)?.[1];
    if (index !== undefined) this.index(index.trim(), origin);
    else if (text.startsWith("-")) this.option(text, origin);
    else this.#package(text, origin);
    return undefined;
  }

  /** One more index, after those that are there; a trailing slash makes no other one of it. */
  index(url: string, origin: Origin): void {
    addOnce(this.#indexes, url, line({ kind: "option", text: `--extra-index-url ${url}` }, origin));
  }

  option(text: string, origin: Origin): void {
    if (!this.#options.some((known) => known.kind === "option" && known.text === text))
      this.#options.push(line({ kind: "option", text }, origin));
  }

  warn(message: string, { place }: Origin): void {
    const where = place?.line === undefined ? "" : `${place.file}:${place.line}: `;
    this.#warnings.push(`${where}${withoutCredentials(message)}`);
  }

  refuse(code: ErrorCode, message: string, { place }: Origin, hint?: string): void {
    const shown = place?.source === undefined ? place : { ...place, source: withoutCredentials(place.source) };
    this.#problems.push({ code, message: withoutCredentials(message), place: shown, hint });
  }

  /** @throws UserError with everything that was refused */
  result(): Requirements {
    const [first] = this.#problems;
    if (first !== undefined) {
      const message = this.#problems.map((problem) => problem.message).join("\n");
      throw new UserError(first.code, message, this.#problems.length === 1 ? first : { several: this.#problems });
    }
    // Options alone install nothing.
    const isEmpty = !this.#packages.some(({ kind }) => kind === "package" || kind === "artefact");
    const lines = [...this.#findLinks.values(), ...this.#indexes.values(), ...this.#options, ...this.#packages];
    return {
      lines: isEmpty ? [] : lines,
      warnings: this.#warnings,
      ...(this.requiresPython !== undefined && { requiresPython: this.requiresPython }),
    };
  }

  #fileOption(option: string, value: string, text: string, origin: Origin): SourceFile | undefined {
    const isRemote = isUrl(value);
    switch (option) {
      case "-e":
      case "--editable":
        // The project itself is in the image anyway.
        if (value === ".") return undefined;
        if (isRemote) this.#package(text, origin);
        else
          this.#refuseOption(option, "a directory cannot be installed, since packages come before the source", origin);
        return undefined;
      case "-f":
      case "--find-links":
        if (isRemote) addOnce(this.#findLinks, value, line({ kind: "option", text: `--find-links ${value}` }, origin));
        else this.#refuseOption(option, "a local directory is not supported", origin);
        return undefined;
      case "-c":
      case "--constraint":
        if (isRemote) this.#packages.push(line({ kind: "option", text }, origin));
        else this.#constraints(option, value, origin);
        return undefined;
      default:
        if (isRemote) this.#package(text, origin);
        return isRemote ? undefined : this.#included(option, value, origin);
    }
  }

  #refuseOption(option: string, message: string, origin: Origin): void {
    this.refuse(
      "requirements.option",
      `the requirements option ${option} cannot be used like this: ${message}`,
      origin,
    );
  }

  #included(option: string, value: string, origin: Origin): SourceFile | undefined {
    const path = relativeTo(origin, value);
    switch (this.#project.find(path).kind) {
      case "file":
        return { path, text: this.#project.read(path) ?? "" };
      case "missing":
        this.refuse("requirements.not_found", `requirements option ${option}: ${value} not found`, origin);
        return undefined;
      case "outside":
        this.refuse(
          "requirements.outside",
          `requirements option ${option}: ${value} must be inside the project directory`,
          origin,
        );
        return undefined;
    }
  }

  #constraints(option: string, value: string, origin: Origin): void {
    const file = this.#included(option, value, origin);
    if (file === undefined) return;
    const text = this.#constraintLines(file, [file.path])
      .map((constraint) => `${constraint}\n`)
      .join("");
    this.#packages.push(line({ kind: "constraints", file: { path: `constraints/${file.path}`, text } }, origin));
  }

  /** With those of the files that it includes: only one file is there while packages are installed. */
  #constraintLines(file: SourceFile, parents: readonly string[]): readonly string[] {
    return logicalLines(file.text).flatMap(({ text, number }) => {
      const [, option, value] = FILE_OPTION.exec(text) ?? [];
      if (option === undefined || value === undefined || isUrl(value) || !/^(-[rc]|--(req|con).*)$/.test(option))
        return [text];
      const place = { file: file.path, line: number, column: 1, source: text };
      const nested = this.#included(option, value.trim(), { path: file.path, place });
      if (nested === undefined || parents.includes(nested.path)) return [];
      return this.#constraintLines(nested, [...parents, nested.path]);
    });
  }

  #package(text: string, origin: Origin): void {
    const name = requirementName(text);
    if (name !== undefined && MANAGED.has(name)) {
      const variable = name === "coglet" ? "COGLET_WHEEL" : "COG_SDK_WHEEL";
      this.warn(
        `"${text}" is left out: Cog installs the SDK that belongs to this command. ` +
          `To choose another one set build.sdk_version in cog.yaml, or ${variable}.`,
        origin,
      );
      return;
    }
    const inline = [...text.matchAll(INLINE)];
    const requirement = text.replace(INLINE, "");
    const file = localFileIn(requirement);
    if (file.kind === "refused") {
      this.refuse("requirements.local", `"${requirement}": ${file.because}`, origin);
      return;
    }
    for (const [, option = "", value = ""] of inline) this.add(`${option} ${value}`, origin);
    if (file.kind === "file") {
      const staged = this.#artefact(requirement, file.path, origin);
      if (staged !== undefined) this.#packages.push(line({ kind: "artefact", file: staged }, origin));
      return;
    }
    if (!isWellFormed(requirement)) {
      const meant = corrected(requirement);
      const hint = meant === undefined ? "Write a name and, after it, versions: numpy>=1.26,<3" : `Write ${meant}.`;
      this.refuse("requirements.invalid", `"${requirement}" is not a requirement.`, origin, hint);
      return;
    }
    const hasIndex = inline.some(([, option = ""]) => option !== "--trusted-host");
    this.#packages.push(line({ kind: "package", text: requirement, ...(hasIndex && { hasIndex }) }, origin));
  }

  #artefact(requirement: string, path: string, origin: Origin): LocalFile | undefined {
    const relative = relativeTo(origin, path);
    const found = this.#project.find(relative);
    switch (found.kind) {
      case "file": {
        const name = relative.startsWith("/") ? posix.basename(relative) : relative;
        return { path: `local_package_artifacts/${name}`, from: found.absolute };
      }
      case "missing":
        this.refuse("requirements.not_found", `"${requirement}": the file was not found`, origin);
        return undefined;
      case "outside":
        this.refuse("requirements.outside", `"${requirement}" must be inside the project directory`, origin);
        return undefined;
    }
  }
}

type Written =
  | { readonly kind: "option"; readonly text: string }
  | { readonly kind: "package"; readonly text: string; readonly hasIndex?: true }
  | { readonly kind: "constraints" | "artefact"; readonly file: LocalFile };

function line(written: Written, { place }: Origin): RequirementLine {
  return place === undefined ? written : { ...written, place };
}

function addOnce(lines: Map<string, RequirementLine>, url: string, added: RequirementLine): void {
  const key = url.replace(/\/+$/, "");
  if (!lines.has(key)) lines.set(key, added);
}

function relativeTo({ path: file }: Origin, path: string): string {
  return path.startsWith("/") ? path : posix.normalize(posix.join(posix.dirname(file), path));
}

function isUrl(text: string): boolean {
  return /^([a-z]+\+)?[a-z]+:\/\//i.test(text);
}
