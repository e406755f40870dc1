/** What output files are called. */
import { existsSync, statSync } from "node:fs";
import nodePath, { type PlatformPath } from "node:path";
import { extensionOf } from "@cog/core/media";

export interface OutputFlag {
  /** As given to `-o`. */
  readonly output: string | undefined;
  readonly workingDirectory: string;
  readonly home: string;
  /** Of this machine; tests give another system's. */
  readonly paths?: PlatformPath;
}

/** Where output files go: `directory/stem[.path][extension]`. */
export interface OutputName {
  /** As messages show it: relative when it was given so. */
  readonly directory: string;
  readonly stem: string;
  /** Of `-o`, with the dot; "" leaves it to each file's media type. */
  readonly extension: string;
  /** What `-o` said: nothing, a directory, a file, or `-` for stdout. */
  readonly place: "default" | "directory" | "file" | "stdout";
}

export function outputName({ output, workingDirectory, home, paths = nodePath }: OutputFlag): OutputName {
  if (output === undefined || output === "") return { ...PLAIN, place: "default" };
  if (output === "-") return { ...PLAIN, place: "stdout" };
  const unmarked = output.startsWith("@") ? output.slice(1) : output;
  const path = inHome(unmarked, home, paths);
  if (endsWithSeparator(path, paths) || isDirectory(paths.resolve(workingDirectory, path)))
    return { ...PLAIN, directory: endsWithSeparator(path, paths) ? paths.join(path, ".") : path, place: "directory" };
  const extension = paths.extname(path);
  // `model.2` is a name, not a file of type 2.
  const isExtension = extension.length > 1 && !/^\.\d+$/.test(extension);
  return {
    directory: paths.dirname(path) === "." && !/^\.[/\\]/.test(path) ? "" : paths.dirname(path),
    stem: paths.basename(path, isExtension ? extension : ""),
    extension: isExtension ? extension : "",
    place: "file",
  };
}

const PLAIN = { directory: "", stem: "output", extension: "" } as const;

function inHome(path: string, home: string, paths: PlatformPath): string {
  return path === "~" || (path.startsWith("~") && isSeparator(path[1], paths)) ? paths.join(home, path.slice(1)) : path;
}

function endsWithSeparator(path: string, paths: PlatformPath): boolean {
  return isSeparator(path.at(-1), paths);
}

/** Windows takes both. */
function isSeparator(letter: string | undefined, { sep }: PlatformPath): boolean {
  return letter === "/" || letter === sep;
}

/** @param at keys and indexes of the file in the output; empty for an output that is a file itself */
export function fileName(name: OutputName, at: readonly (string | number)[], mediaType: string): string {
  const extension = name.extension === "" ? extensionOf(mediaType) : name.extension;
  const inner = at.map((key) => `.${String(key).replaceAll(/[/\\\0:]/g, "_")}`).join("");
  return nodePath.join(name.directory, `${name.stem}${inner}${extension}`);
}

/** The file that a text or JSON goes to. */
export function textFileName(name: OutputName): string {
  return nodePath.join(name.directory, `${name.stem}${name.extension}`);
}

function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
