/** The environment of a model, or of a command beside it. */

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Project } from "#project";
import type { Surroundings } from "../engine.ts";
import { CACHES } from "../model-caches.ts";
import type { ModelEnvironment } from "./environment.ts";
import { gpuVariables } from "./gpus.ts";
import type { LocalSettings } from "./settings.ts";
import { mustBeInPlace } from "./volumes.ts";

/** They would point into another environment, or make a worker of a model that is only to be run. */
const LEFT_OUT = new Set([
  ...["PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"],
  ...["COG_REDIS_URL", "COG_REDIS_QUEUE"],
]);

export interface VariableOptions {
  readonly project: Project;
  readonly environment: ModelEnvironment;
  readonly settings: LocalSettings;
  readonly surroundings: Surroundings;
}

export function modelVariables({
  project,
  environment,
  settings,
  surroundings,
}: VariableOptions): Record<string, string> {
  const { env, gpus, volumes = [], modelCache } = surroundings;
  volumes.forEach(mustBeInPlace);
  const inherited = Object.entries(settings.environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !LEFT_OUT.has(entry[0]),
  );
  const configured = project.config.environment.map((item): [string, string] => {
    const equals = item.indexOf("=");
    return [item.slice(0, equals), item.slice(equals + 1)];
  });
  return {
    ...Object.fromEntries(inherited),
    ...(modelCache !== undefined && cacheVariables(modelCache, settings.environment)),
    ...gpuVariables(gpus),
    PYTHONUNBUFFERED: "1",
    LOG_FORMAT: "console",
    COG_NODE: settings.node,
    ...Object.fromEntries(configured),
    ...env,
    PATH: `${environment.bin}${delimiter}${env["PATH"] ?? settings.environment["PATH"] ?? ""}`,
  };
}

/** Where the user has such a cache already, downloads stay there, and so does the login that lies in it. */
function cacheVariables(modelCache: string, host: LocalSettings["environment"]): Readonly<Record<string, string>> {
  const kept = (name: string, usual: string): boolean =>
    host[name] !== undefined || existsSync(join(host["XDG_CACHE_HOME"] ?? join(host["HOME"] ?? "", ".cache"), usual));
  return Object.fromEntries(
    CACHES.filter(({ variable, folder }) => !kept(variable, folder)).map(({ variable, folder }) => [
      variable,
      join(modelCache, folder),
    ]),
  );
}
