/**
 * What a project wants installed: one flat list, whichever file says it. Lines are as the user wrote them, apart from
 * local files, which each engine has somewhere else: `renderLine` puts their paths in.
 */
import type { Place } from "@cog/core/errors";

export interface Requirements {
  /** Options first, then packages in the order they are asked for. Empty when nothing is to be installed. */
  readonly lines: readonly RequirementLine[];
  readonly warnings: readonly string[];
  /** What the file says of Python, such as `>=3.10,<3.13`. */
  readonly requiresPython?: string;
}

export type RequirementLine = {
  /** Where it is written. */
  readonly place?: Place;
} & (
  | { readonly kind: "option"; readonly text: string }
  /** `hasIndex`: it was written with an index of its own. */
  | { readonly kind: "package"; readonly text: string; readonly hasIndex?: true }
  | { readonly kind: "constraints"; readonly file: LocalFile }
  /** A wheel or a source archive of the project. */
  | { readonly kind: "artefact"; readonly file: LocalFile }
);

/** A file that a line names. `path` is its own among all of them, relative, with `/`. */
export type LocalFile =
  | { readonly path: string; readonly text: string }
  /** An absolute path, symlinks resolved. */
  | { readonly path: string; readonly from: string };

/** A line as pip and uv read it; `pathOf` says where a local file is when they do. */
export function renderLine(line: RequirementLine, pathOf: (file: LocalFile) => string): string {
  switch (line.kind) {
    case "option":
    case "package":
      return line.text;
    case "constraints":
      return `-c ${pathOf(line.file)}`;
    case "artefact":
      return pathOf(line.file);
  }
}

/** The files that lines name, each once. */
export function localFiles(lines: readonly RequirementLine[]): readonly LocalFile[] {
  const files = lines.flatMap((line) => ("file" in line ? [line.file] : []));
  return [...new Map(files.map((file) => [file.path, file])).values()];
}
