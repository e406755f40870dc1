/** `cog inspect` for people: aligned tables, the choices with their reasons. */
import { isJsonObject, type Json, jsonText } from "@cog/core/json";
import type { InspectedInput, Inspection, Resolved } from "./inspection.ts";
import { sizeText } from "./table.ts";

type Row = readonly string[];

export function inspectionText(facts: Inspection): string {
  const about: Row[] = [
    [facts.kind === "image" ? "Image" : "Project", facts.name],
    ["Cog", facts.cog_version ?? "unknown"],
    ["GPU", facts.gpu ? "yes" : "no"],
    ...(facts.size === null ? [] : [["Size", sizeText(facts.size)]]),
    ["Output", facts.output ?? "unknown"],
  ];
  return [
    table(about),
    section("Inputs", facts.inputs.map(inputRow)),
    ...(facts.resolved === undefined ? [] : resolvedSections(facts.resolved)),
    ...(facts.kind === "image" ? imageSections(facts) : []),
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

/** They hold a whole document each, which is told in other words. */
const LONG_LABELS = /\.(config|openapi_schema|pip_freeze)$/;

function imageSections({ config, layers = [], labels = {} }: Inspection): readonly string[] {
  const weights = Array.isArray(config["weights"]) ? config["weights"] : [];
  return [
    section("Versions", versions(config["build"], labels["run.cog.pip_freeze"] ?? "")),
    section(
      "Weights",
      weights.flatMap((weight) => (isJsonObject(weight) ? [[text(weight["name"]), text(weight["target"])]] : [])),
    ),
    section(
      "Layers",
      layers.map(({ size, created_by }) => [sizeText(size), instruction(created_by)]),
    ),
    section(
      "Labels",
      Object.entries(labels).filter(([name]) => !LONG_LABELS.test(name)),
    ),
  ];
}

/** What the image was resolved to, and the frameworks that are installed in it. */
function versions(build: Json | undefined, installed: string): readonly Row[] {
  const resolved = isJsonObject(build)
    ? ["python", "cuda", "cudnn"].map((name) => [name, text(build[name === "python" ? "python_version" : name])])
    : [];
  const frameworks = ["torch", "tensorflow"].map((name) => [
    name,
    installed
      .split("\n")
      .find((line) => line.startsWith(`${name}==`))
      ?.slice(name.length + 2) ?? "",
  ]);
  return [...resolved, ...frameworks].filter(([, value]) => value !== "");
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
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

const WIDEST = 100;

/** An instruction without what every RUN of ours starts with. */
function instruction(text: string): string {
  const said = text
    .replace(/^(?:RUN )?(?:\|\d+ .*?)?\/bin\/sh -c /s, "RUN ")
    .replace(/eval "\$COG_LAYER"; /, "")
    .replaceAll(/\s+/g, " ")
    .replace(/ # buildkit$/, "");
  if (said === "") return "-";
  return said.length > WIDEST ? `${said.slice(0, WIDEST - 1)}…` : said;
}
