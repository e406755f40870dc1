/** Which cog.yaml is meant: in the current directory or the nearest parent that has one. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, normalize, resolve } from "node:path";
import { UserError } from "@cog/core/errors";

export interface FoundProject {
  /** Symlinks resolved. */
  readonly directory: string;
  readonly configFile: string;
}

/**
 * @param file as given to `-f`; relative names are looked for in each directory on the way up. One that leads out of the
 * current directory (`../a/cog.yaml`) is, like an absolute one, a project where it lies.
 */
export function findProject(startDirectory: string, file: string): FoundProject {
  const found = lookUp(startDirectory, file);
  if (statSync(found.configFile).isDirectory()) throw isDirectory(found.configFile, file);
  return found;
}

function lookUp(startDirectory: string, file: string): FoundProject {
  if (isAbsolute(file) || normalize(file).startsWith("..")) {
    const path = resolve(startDirectory, file);
    if (existsSync(path)) return { directory: realpathSync(dirname(path)), configFile: realpathSync(path) };
    throw notFound(`${file} not found`);
  }
  for (let directory = resolve(startDirectory); ; directory = dirname(directory)) {
    if (existsSync(join(directory, file))) {
      const real = realpathSync(directory);
      return { directory: real, configFile: join(real, file) };
    }
    if (dirname(directory) === directory) break;
  }
  throw notFound(`${file} not found in ${startDirectory} (or in any parent directories)`);
}

function notFound(message: string): UserError {
  return new UserError("config.not_found", message, { hint: "Run 'cog init' to create one." });
}

function isDirectory(path: string, file: string): UserError {
  const inside = existsSync(join(path, "cog.yaml")) ? `Write: -f ${join(file, "cog.yaml")}` : "Name a file with -f.";
  return new UserError("config.unreadable", `Cannot read ${file || "."}: it is a directory, not a file`, {
    hint: inside,
  });
}
