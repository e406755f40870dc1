/** What a project wants installed, as one file that pip and uv read from anywhere. */
import { readFileSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { Place } from "@cog/core/errors";
import type { Project } from "#project";
import type { Reporter } from "#report";

export interface Requirements {
  readonly lines: readonly RequirementLine[];
  /** Local paths in the lines are relative to it. */
  readonly directory: string;
}

export interface RequirementLine {
  readonly text: string;
  /** Where it is written; absent for `build.python_packages`. */
  readonly place?: Place;
}

/** The SDK is not the project's to choose here; it is installed by us. */
const MANAGED = /^(cog|coglet)\s*($|[[<>=!~;@ ])/i;

/** Files that the lines include (`-r`) are read too, so that a change of theirs makes another environment. */
export function requirementsOf({ config, directory }: Project, report: Reporter): Requirements {
  const { pythonRequirements, pythonPackages } = config.build;
  const file = pythonRequirements === undefined ? undefined : resolve(directory, pythonRequirements);
  const lines =
    file === undefined ? pythonPackages.map((text) => ({ text })) : linesOf(file, { root: directory, parents: [] });
  const kept = lines.filter(({ text }) => !MANAGED.test(text) && text !== "-e .");
  for (const { text } of lines.filter((line) => MANAGED.test(line.text)))
    report.warn(`Requirement "${text}" is left out: Cog installs its own SDK.`);
  // Options alone install nothing.
  const installs = kept.some(({ text }) => !text.startsWith("-"));
  return { lines: installs ? kept : [], directory: file === undefined ? directory : dirname(file) };
}

interface Reading {
  readonly root: string;
  readonly parents: readonly string[];
}

function linesOf(file: string, { root, parents }: Reading): readonly RequirementLine[] {
  if (parents.includes(file)) return [];
  const name = relative(root, file);
  return logicalLines(readFileSync(file, "utf8")).flatMap(({ text, number }) => {
    const included = /^(?:-r|--requirement)(?:\s+|=)?(.+)$/.exec(text)?.[1]?.trim();
    if (included !== undefined && !/^\w+:\/\//.test(included))
      return linesOf(resolve(dirname(file), included), { root, parents: [...parents, file] });
    return [{ text: absolute(text, dirname(file)), place: { file: name, line: number, column: 1, source: text } }];
  });
}

/** Constraint files and local artefacts are looked for beside the file that names them. */
function absolute(text: string, directory: string): string {
  const constraint = /^(-c|--constraint|-f|--find-links)(?:\s+|=)(.+)$/.exec(text);
  if (constraint?.[2] !== undefined && !/^\w+:\/\//.test(constraint[2]))
    return `${constraint[1]} ${resolve(directory, constraint[2].trim())}`;
  return /^\.{1,2}\//.test(text) && !isAbsolute(text) ? resolve(directory, text) : text;
}

/** Joins continued lines; drops blank ones and comments. */
function logicalLines(text: string): { readonly text: string; readonly number: number }[] {
  const lines: { text: string; number: number }[] = [];
  let open: { text: string; number: number } | undefined;
  for (const [index, physical] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    const continues = physical.endsWith("\\");
    const piece = continues ? physical.slice(0, -1) : physical;
    const line = open === undefined ? { text: piece, number: index + 1 } : { ...open, text: open.text + piece };
    open = continues ? line : undefined;
    if (!continues) lines.push(line);
  }
  if (open !== undefined) lines.push(open);
  return lines
    .map(({ text: raw, number }) => ({ text: raw.replace(/(^|\s+)#.*$/, "").trim(), number }))
    .filter((line) => line.text !== "");
}
