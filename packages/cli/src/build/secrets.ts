/** `--secret id=X,src=PATH` and `id=X,env=VAR`, checked and with paths made absolute. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "@cog/core/errors";

const KEYS = new Set(["id", "src", "source", "env", "type"]);

/** The secret as docker takes it. A relative path is relative to the project. */
export function dockerSecret(text: string, projectDirectory: string): string {
  const fields = new Map<string, string>();
  for (const field of text.split(",")) {
    const at = field.indexOf("=");
    const key = field.slice(0, at).trim().toLowerCase();
    if (at < 0 || !KEYS.has(key)) {
      throw new UserError("secret.invalid", `--secret ${text}: unknown key "${at < 0 ? field : key}"`, {
        hint: "Write id=NAME,src=PATH or id=NAME,env=VARIABLE.",
      });
    }
    fields.set(key, field.slice(at + 1));
  }
  const source = fields.get("src") ?? fields.get("source");
  const variable = fields.get("env") ?? (fields.get("type") === "env" ? source : undefined);
  const id = fields.get("id") ?? variable;
  if (id === undefined || (variable === undefined && source === undefined)) {
    throw new UserError("secret.invalid", `--secret ${text}: needs an id and where its value comes from`, {
      hint: "Write id=NAME,src=PATH or id=NAME,env=VARIABLE.",
    });
  }
  if (variable !== undefined) return `id=${id},env=${variable}`;
  const path = resolve(projectDirectory, source ?? "");
  if (existsSync(path)) return `id=${id},src=${path}`;
  throw new UserError("secret.invalid", `--secret ${text}: ${path} does not exist`, {
    hint: "A relative path is relative to the directory of cog.yaml.",
  });
}
