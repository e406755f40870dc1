/** `cog inspect` for people: aligned tables, the choices with their reasons. */
import { jsonText } from "@cog/core/json";
import type { InspectedInput, Inspection, Resolved } from "./inspection.ts";

type Row = readonly string[];

export function inspectionText(facts: Inspection): string {
  const about: Row[] = [
    [facts.kind === "image" ? "Image" : "Project", facts.name],
    ["Cog", facts.cog_version ?? "unknown"],
    ["GPU", facts.gpu ? "yes" : "no"],
    ...(facts.size === null ? [] : [["Size", megabytes(facts.size)]]),
    ["Output", facts.output ?? "unknown"],
  ];
  return [
    table(about),
    section("Inputs", facts.inputs.map(inputRow)),
    ...(facts.resolved === undefined ? [] : resolvedSections(facts.resolved)),
    section(
      "Layers",
      (facts.layers ?? []).map(({ size, created_by }) => [megabytes(size), instruction(created_by)]),
    ),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function resolvedSections({ why, requirements }: Resolved): readonly string[] {
  return [
    section(
      "Versions",
      why.map(({ setting, value, because }) => [setting, value, because]),
    ),
    section(
      "Python packages",
      requirements.map((line) => [line]),
    ),
  ];
}

function inputRow({ name, type, required, default: fallback, description, constraints }: InspectedInput): Row {
  const limits = Object.entries(constraints).map(([key, value]) => `${key} ${jsonText(value)}`);
  const presence = required ? "required" : fallback === null ? "optional" : `default ${jsonText(fallback)}`;
  return [name, type, [presence, ...limits].join(", "), description ?? ""];
}

function section(title: string, rows: readonly Row[]): string {
  return rows.length === 0 ? "" : `${title}\n${table(rows, "  ")}`;
}

function table(rows: readonly Row[], indent = ""): string {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: Row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  return rows.map((row) => `${indent}${line(row).trimEnd()}\n`).join("");
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

const WIDEST = 100;

/** An instruction without what every RUN of ours starts with. */
function instruction(text: string): string {
  const said = text
    .replace(/^\|\d+ .*?\/bin\/sh -c /s, "RUN ")
    .replace(/eval "\$COG_LAYER"; /, "")
    .replaceAll(/\s+/g, " ")
    .replace(/ # buildkit$/, "");
  return said.length > WIDEST ? `${said.slice(0, WIDEST - 1)}…` : said;
}
