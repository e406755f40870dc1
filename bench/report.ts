/** Rows to a table for people, or to JSON with every sample for machines. */
import { availableParallelism, cpus } from "node:os";
import { type Answer, type Bar, median, type Row, type Side } from "./question.ts";

export function asTable(answer: Answer): string {
  const head = ["", "case", answer.rival ?? "reference", "ours", "ratio", "bar", ""];
  const lines = [head, ...answer.rows.map(cells)];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const numeric = new Set([2, 3, 4]);
  const table = lines.map((line) =>
    line
      .map((cell, column) =>
        numeric.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  return ["", ...table, "", ...answer.notes].join("\n");
}

export function asJson(question: string, answer: Answer): string {
  const rows = answer.rows.map((row) => ({
    ...row,
    reference: finite(figure(row, "reference")),
    ours: finite(figure(row, "ours")),
    ratio: finite(ratio(row)),
    verdict: verdict(row) ?? null,
  }));
  const machine = { cpu: cpus()[0]?.model ?? "unknown", cores: availableParallelism(), platform: process.platform };
  return JSON.stringify({ question, takenAt: new Date().toISOString(), machine, notes: answer.notes, rows }, null, 2);
}

function cells(row: Row): string[] {
  return [
    row.id,
    row.what,
    withUnit(figure(row, "reference"), row.unit),
    withUnit(figure(row, "ours"), row.unit),
    Number.isFinite(ratio(row)) ? `${rounded(ratio(row))} ×` : "",
    row.bars.map((bar) => barText(bar, row.unit)).join(" and "),
    verdict(row) ?? "",
  ];
}

function figure(row: Row, side: Side): number {
  const samples = row.samples[side];
  if (samples.length === 0) return Number.NaN;
  return row.across === "worst" ? Math.max(...samples) : median(samples);
}

function ratio(row: Row): number {
  return figure(row, "ours") / figure(row, "reference");
}

/** Nothing when a bar needs a figure that was not taken. */
function verdict(row: Row): "met" | "missed" | undefined {
  const held = row.bars.map((bar) => holds(bar, row));
  if (held.includes(false)) return "missed";
  return held.length > 0 && held.every(Boolean) ? "met" : undefined;
}

function holds(bar: Bar, row: Row): boolean | undefined {
  const value = bar.kind === "ratio" ? ratio(row) : figure(row, "ours");
  if (Number.isNaN(value)) return undefined;
  return "atMost" in bar ? value <= bar.atMost : value >= bar.atLeast;
}

function barText(bar: Bar, unit: string): string {
  if (bar.kind === "figure") return bar.atMost === 0 ? "0" : `≤ ${withUnit(bar.atMost, unit)}`;
  return "atMost" in bar ? `≤ ${bar.atMost} ×` : `≥ ${bar.atLeast} ×`;
}

function withUnit(value: number, unit: string): string {
  return Number.isFinite(value) ? `${rounded(value)} ${unit}`.trim() : "";
}

/** Three significant figures; more would claim a precision that a shared machine does not have. */
function rounded(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en-US", { maximumFractionDigits: Math.min(digits, 4) });
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
