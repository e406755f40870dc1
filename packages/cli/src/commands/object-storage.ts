/** What a server needs of this machine to store output files in a bucket, known before anything is built. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@cog/core/errors";
import type { Engine } from "#engines";
import type { Project } from "#project";
import type { Environment } from "#settings";
import type { CommandContext } from "./command.ts";

const KEY = "AWS_ACCESS_KEY_ID";
const SECRET = "AWS_SECRET_ACCESS_KEY";
const ENDPOINTS = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "STORAGE_EMULATOR_HOST"];
const OTHERS = ["AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "COG_S3_PATH_STYLE", "COG_UPLOAD_RESULT"];

export interface StorageNeeds {
  readonly uploadUrl: string | undefined;
  /** Of flags. */
  readonly env: Readonly<Record<string, string>>;
  readonly host: Environment;
  readonly project: Project;
}

/** The variables of this machine that the server is to have, by name. Throws a UserError when there are no credentials. */
export function storageVariables({ uploadUrl, env, host, project }: StorageNeeds): readonly string[] {
  if (uploadUrl === undefined || !/^(s3|gs):\/\//i.test(uploadUrl)) return [];
  const configured = project.config.environment.map((item) => item.slice(0, item.indexOf("=")));
  const given = new Set([...Object.keys(env), ...configured]);
  const has = (name: string): boolean => given.has(name) || Boolean(host[name]);
  const missing = [KEY, SECRET].filter((name) => !has(name));
  if (missing.length > 0 && !mayHaveRole(project, has)) {
    throw new UserError("storage.credentials", `--upload-url ${uploadUrl} needs ${missing.join(" and ")}`, {
      hint: "Set the key and its secret in the environment, or with -e or --env-file: the server gets them.",
    });
  }
  return [KEY, SECRET, ...ENDPOINTS, ...OTHERS].filter((name) => Boolean(host[name]) && !given.has(name));
}

/** The library that asks for the credentials of a role may be there: the server will say. */
function mayHaveRole({ directory }: Project, has: (name: string) => boolean): boolean {
  return has("NODE_PATH") || existsSync(join(directory, "node_modules/@aws-sdk/credential-providers"));
}

/** In a container, `localhost` is the container. */
export function warnOfLoopback(
  { name }: Engine,
  { env, inherit = [] }: { readonly env: Readonly<Record<string, string>>; readonly inherit?: readonly string[] },
  { report, settings }: Pick<CommandContext, "report" | "settings">,
): void {
  if (name === "local") return;
  for (const variable of ENDPOINTS) {
    const value = env[variable] ?? (inherit.includes(variable) ? settings.environment[variable] : undefined) ?? "";
    if (!/^https?:\/\/(localhost|127\.[\d.]+|\[::1\])([:/]|$)/i.test(value)) continue;
    report.warn(
      `${variable} is ${value}, which to the container is the container itself: this machine is host.docker.internal there.`,
    );
  }
}
