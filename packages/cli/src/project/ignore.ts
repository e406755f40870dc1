import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface IgnoreRules {
  ignores(path: string): boolean;
  /** With a `!` rule, something in an ignored folder may come back. */
  readonly hasExceptions: boolean;
}

/** What the project's `.dockerignore` leaves out, by Docker's rules. */
export async function ignoreRules(projectDirectory: string): Promise<IgnoreRules> {
  const file = join(projectDirectory, ".dockerignore");
  if (!existsSync(file)) return { ignores: () => false, hasExceptions: false };
  const { default: dockerignore } = await import("@balena/dockerignore");
  const patterns = readFileSync(file, "utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/);
  const rules = dockerignore.default({ ignorecase: false }).add(patterns);
  return {
    ignores: (path) => rules.ignores(path),
    hasExceptions: patterns.some((pattern) => pattern.trim().startsWith("!")),
  };
}
