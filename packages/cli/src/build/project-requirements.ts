/** Reads what a project wants installed, following the files its requirements name. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { UserError } from "@cog/core/errors";
import { type Found, type Requirements, readRequirements } from "#plan";
import type { Project } from "#project";

export function projectRequirements({ config, directory, configFile }: Project): Requirements {
  const { pythonRequirements, pythonPackages } = config.build;
  const files = {
    read: (path: string) => readText(resolve(directory, path)),
    find: (path: string) => find(directory, path),
  };
  if (pythonRequirements === undefined) return readRequirements({ text: pythonPackages.join("\n") }, files);

  const absolute = resolve(directory, pythonRequirements);
  const text = readText(absolute);
  if (text === undefined) {
    const what = isDirectory(absolute) ? "is a directory" : "does not exist";
    throw new UserError("requirements.not_found", `build.python_requirements: ${pythonRequirements} ${what}`, {
      place: { file: configFile },
    });
  }
  return readRequirements({ file: relative(directory, absolute).split(sep).join("/"), text }, files);
}

function find(directory: string, path: string): Found {
  const absolute = resolve(directory, path);
  try {
    const real = realpathSync(absolute);
    const inside = relative(realpathSync(directory), real);
    if (inside.startsWith("..") || isAbsolute(inside)) return { kind: "outside" };
    return statSync(real).isFile() ? { kind: "file", absolute: real } : { kind: "missing" };
  } catch {
    // Nothing there, or a link to nothing. A path that leaves the project is told apart all the same.
    return relative(directory, absolute).startsWith("..") ? { kind: "outside" } : { kind: "missing" };
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Absent, or a directory: the caller says which.
    return undefined;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
