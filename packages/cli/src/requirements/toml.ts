/** TOML text → tables, and what is looked for in them: a value of another kind counts as absent. */
import { UserError } from "@cog/core/errors";
import { parse, TomlError } from "smol-toml";
import type { SourceFile } from "./collector.ts";

export interface Table {
  readonly [key: string]: unknown;
}

export function parseToml({ path, text }: SourceFile): Table {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { line, column } = error;
    const [what = ""] = error.message.split("\n");
    throw new UserError(
      "requirements.syntax",
      `${path} is not valid TOML: ${what.replace(/^Invalid TOML document: /, "")}`,
      {
        place: { file: path, line, column, source: text.split(/\r?\n/)[line - 1] ?? "" },
      },
    );
  }
}

/** `tableIn(toml, "tool", "uv")` is `[tool.uv]`. */
export function tableIn(table: Table | undefined, ...keys: readonly string[]): Table | undefined {
  return keys.reduce<Table | undefined>((inner, key) => (isTable(inner?.[key]) ? inner[key] : undefined), table);
}

export function textIn(table: Table | undefined, key: string): string | undefined {
  const value = table?.[key];
  return typeof value === "string" ? value : undefined;
}

export function textsIn(table: Table | undefined, key: string): readonly string[] {
  const value = table?.[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

export function tablesIn(table: Table | undefined, key: string): readonly Table[] {
  const value = table?.[key];
  return Array.isArray(value) ? value.filter(isTable) : [];
}

export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
