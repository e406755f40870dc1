/** What flags say about a model's surroundings: `-e`, `--env-file`, `-v`, `--gpus`. */
import { existsSync, readFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { UserError } from "@cog/core/errors";
import type { Surroundings, Volume } from "#engines";
import type { Environment } from "#settings";
import type { CommandContext, FlagValues } from "./command.ts";
import type { environmentFlags } from "./shared-flags.ts";
import { parseVariable, parseVariables } from "./variables.ts";

export function surroundingsOf(
  flags: FlagValues<typeof environmentFlags>,
  { settings, workingDirectory }: CommandContext,
): Surroundings {
  const { environment, home, cacheDirectory } = settings;
  const at = (path: string) => resolve(workingDirectory, path.replace(/^~(?=\/|$)/, home));
  return {
    env: {
      ...Object.assign({}, ...flags["env-file"].map((file) => readVariables(at(file), environment))),
      ...parseVariables(flags.env, environment),
    },
    ...(flags.gpus !== undefined && { gpus: flags.gpus }),
    volumes: flags.volume.map((volume) => parseVolume(volume, at)),
    modelCache: join(cacheDirectory, "models"),
  };
}

/** As docker reads such a file: a line a variable, NAME alone takes this machine's value, # begins a comment. */
function readVariables(file: string, host: Environment): Readonly<Record<string, string>> {
  if (!existsSync(file)) throw new UserError("environment.file", `--env-file: ${file} does not exist`);
  const lines = readFileSync(file, "utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/);
  const variables = lines.map((line, index) => {
    const text = line.trim().replace(/^export\s+/, "");
    return text === "" || text.startsWith("#")
      ? {}
      : parseVariable(withoutQuotes(text), host, { file, line: index + 1 });
  });
  return Object.assign({}, ...variables);
}

function withoutQuotes(line: string): string {
  return line.replace(/^([^=]+)=(["'])(.*)\2$/s, "$1=$3");
}

/** A path of Windows has a colon of its own; the target is one of the container's. */
function parseVolume(text: string, at: (path: string) => string): Volume {
  const parts = /^(?<source>(?:[A-Za-z]:[\\/])?[^:]+):(?<target>\/[^:]*)(?::(?<mode>ro|rw))?$/.exec(text)?.groups;
  if (parts === undefined) {
    throw new UserError("volume.invalid", `invalid volume "${text}": expected SOURCE:TARGET or SOURCE:TARGET:ro`, {
      hint: "TARGET is an absolute path: -v ./data:/data",
    });
  }
  const source = at(parts["source"] ?? "");
  if (!existsSync(source)) throw new UserError("volume.missing", `-v ${text}: ${source} does not exist`);
  return { source, target: posix.normalize(parts["target"] ?? ""), readOnly: parts["mode"] === "ro" };
}
