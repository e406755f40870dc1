/** Errors as people see them: what happened, where, and what to do next. */
import { CogError, type Place, type Problem } from "@cog/core/errors";
import type { Palette } from "./color.ts";
import { wrapped } from "./wrap.ts";

export interface ErrorView {
  readonly palette: Palette;
  readonly debug: boolean;
  /** Of the terminal, where there is one. */
  readonly columns?: number | undefined;
}

/** Of the mark before the first line. */
const MARK_CELLS = 3;

export function renderError(error: unknown, view: ErrorView): string {
  const { palette, debug } = view;
  const mark = palette.enabled ? palette.bold(palette.red(" ✗ ")) : "";
  const body = error instanceof CogError ? ofCogError(error, view) : ofBug(error, debug);
  const stack =
    debug && error instanceof CogError && error.stack !== undefined ? `\n${palette.faint(error.stack)}` : "";
  return `${mark}${body}${stack}\n`;
}

function ofCogError(error: CogError, view: ErrorView): string {
  const problems: readonly Problem[] =
    error.several.length > 0 ? error.several : [{ message: error.message, place: error.place }];
  const parts = problems.map((problem) => ofProblem(problem, view));
  return [...parts, ...(error.hint === undefined ? [] : [error.hint])].join("\n");
}

function ofProblem({ message, place, hint }: Problem, { palette, columns }: ErrorView): string {
  // A log below the message does not come between the place and its line.
  const [first = "", ...log] = message.split("\n");
  const where = place === undefined ? "" : `${position(place)}: `;
  // Hints hold commands, and logs are as they were: they are for copying.
  const width = columns === undefined ? Number.POSITIVE_INFINITY : columns - MARK_CELLS;
  const text = wrapped(`${where}${first}`, width).join("\n");
  const isWhole = where !== "" && text.startsWith(where);
  const head = isWhole ? `${palette.bold(where.slice(0, -2))}${text.slice(where.length - 2)}` : text;
  return [head, ...excerpt(place, palette), ...log, ...(hint === undefined ? [] : [`  ${hint}`])].join("\n");
}

function position({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

/** What of a line is shown: a generated one may be a whole file. */
const EXCERPT = 160;

/** The line itself with a caret below the place. Tabs are kept, so that the caret stays where it belongs. */
function excerpt(place: Place | undefined, palette: Palette): readonly string[] {
  if (place?.source === undefined || place.line === undefined || place.source.trim() === "") return [];
  const gutter = `${place.line} | `;
  const at = Math.max(0, (place.column ?? 1) - 1);
  const start = Math.max(0, Math.min(at - EXCERPT / 2, place.source.length - EXCERPT));
  // Other control characters would act on the terminal.
  const shown = place.source.slice(start, start + EXCERPT).replaceAll(/[^\P{Cc}\t]/gu, "\uFFFD");
  const before = shown.slice(0, at - start).replaceAll(/[^\t]/g, " ");
  const pad = " ".repeat(gutter.length);
  return [
    `  ${palette.faint(gutter)}${shown}`,
    ...(place.column === undefined ? [] : [`  ${pad}${before}${palette.red("^")}`]),
  ];
}

function ofBug(error: unknown, debug: boolean): string {
  const text = error instanceof Error ? (debug ? (error.stack ?? error.message) : error.message) : String(error);
  return debug ? text : `${text}\nThis is a mistake in cog itself; run again with --debug to see where.`;
}
