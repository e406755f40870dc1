/** The environment of a model, or of a command beside it. */
import { delimiter } from "node:path";
import type { Project } from "#project";
import type { ModelEnvironment } from "./environment.ts";
import { gpuVariables } from "./gpus.ts";
import type { LocalSettings } from "./settings.ts";

/** They would point into another environment. */
const LEFT_OUT = new Set(["PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"]);

export interface VariableOptions {
  readonly project: Project;
  readonly environment: ModelEnvironment;
  readonly settings: LocalSettings;
  /** `-e` */
  readonly env: Readonly<Record<string, string>>;
  readonly gpus: string | undefined;
}

export function modelVariables({ project, environment, settings, env, gpus }: VariableOptions): Record<string, string> {
  const inherited = Object.entries(settings.environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !LEFT_OUT.has(entry[0]),
  );
  const configured = project.config.environment.map((item): [string, string] => {
    const equals = item.indexOf("=");
    return [item.slice(0, equals), item.slice(equals + 1)];
  });
  return {
    ...Object.fromEntries(inherited),
    ...gpuVariables(gpus),
    PYTHONUNBUFFERED: "1",
    LOG_FORMAT: "console",
    COG_NODE: settings.node,
    ...Object.fromEntries(configured),
    ...env,
    PATH: `${environment.bin}${delimiter}${env["PATH"] ?? settings.environment["PATH"] ?? ""}`,
  };
}
