/** What output files are called. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { extensionOf } from "@cog/core/media";

export interface OutputFlag {
  /** As given to `-o`. */
  readonly output: string | undefined;
  readonly workingDirectory: string;
  readonly home: string;
}

/** Where output files go: `directory/stem[.path][extension]`. */
export interface OutputName {
  /** As messages show it: relative when it was given so. */
  readonly directory: string;
  readonly stem: string;
  /** Of `-o`, with the dot; "" leaves it to each file's media type. */
  readonly extension: string;
  /** `-o` named a file, not a directory. */
  readonly given: boolean;
}

export function outputName({ output, workingDirectory, home }: OutputFlag): OutputName {
  if (output === undefined || output === "") return { directory: "", stem: "output", extension: "", given: false };
  const unmarked = output.startsWith("@") ? output.slice(1) : output;
  const path = unmarked === "~" || unmarked.startsWith("~/") ? join(home, unmarked.slice(1)) : unmarked;
  if (path.endsWith("/") || isDirectory(resolve(workingDirectory, path)))
    return { directory: path.replace(/(?<=.)\/+$/, ""), stem: "output", extension: "", given: false };
  const extension = extname(path);
  // `model.2` is a name, not a file of type 2.
  const isExtension = extension.length > 1 && !/^\.\d+$/.test(extension);
  return {
    directory: dirname(path) === "." && !path.startsWith("./") ? "" : dirname(path),
    stem: basename(path, isExtension ? extension : ""),
    extension: isExtension ? extension : "",
    given: true,
  };
}

/** @param at keys and indexes of the file in the output; empty for an output that is a file itself */
export function fileName(name: OutputName, at: readonly (string | number)[], mediaType: string): string {
  const extension = name.extension === "" ? extensionOf(mediaType) : name.extension;
  const inner = at.map((key) => `.${String(key).replaceAll(/[/\\\0]/g, "_")}`).join("");
  return join(name.directory, `${name.stem}${inner}${extension}`);
}

/** The file that a text or JSON goes to. */
export function textFileName(name: OutputName): string {
  return join(name.directory, `${name.stem}${name.extension}`);
}

function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
