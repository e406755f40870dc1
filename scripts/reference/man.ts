import type { Page, Section } from "../../packages/cli/src/commands/index.ts";
import type { Manual } from "./pages.ts";

/** One page for `man`, in its macros. */
export function asMan({ program, commands, more, topics }: Manual): string {
  return [
    '.\\" Written by `npm run reference` from the values the help is made of.',
    '.TH COG 1 "" "cog" "User Commands"',
    ".SH NAME",
    `cog \\- ${plain(program.summary.replace(/\.$/, "").toLowerCase())}`,
    ".SH SYNOPSIS",
    bold(program.usage),
    ...examplesOf(program, ".SH EXAMPLES"),
    ...program.sections.filter(({ title }) => title === "Flags").flatMap(sectionLines),
    ".SH COMMANDS",
    ...commands.flatMap(pageLines),
    ".SH TOPICS",
    ...topics.flatMap(pageLines),
    ".SH MORE COMMANDS",
    ...more.flatMap(pageLines),
    "",
  ].join("\n");
}

function pageLines(page: Page): readonly string[] {
  const own = page.sections.filter(({ title }) => title !== "Global flags");
  return [
    `.SS ${plain(page.name)}`,
    plain(page.summary),
    ".PP",
    bold(page.usage),
    ...examplesOf(page, ".PP"),
    ...page.paragraphs.flatMap((text) =>
      text.startsWith("  ") ? [".PP", ".nf", plain(text), ".fi"] : [".PP", plain(text)],
    ),
    ...own.flatMap(sectionLines),
  ];
}

function examplesOf({ examples }: Page, heading: string): readonly string[] {
  if (examples.length === 0) return [];
  return [heading, ...examples.flatMap(({ command, what }) => [".TP", bold(command), plain(what)])];
}

function sectionLines({ title, rows }: Section): readonly string[] {
  const lines = rows.flatMap(({ term, text }) =>
    term === "" ? [plain(text)] : [".TP", bold(term.trim()), plain(text)],
  );
  return [".PP", `${plain(title)}:`, ...lines];
}

function bold(text: string): string {
  return `\\fB${plain(text).replace(/^\\&/, "")}\\fR`;
}

/** What troff would take for something else: escapes, dashes, and lines that begin like its commands. */
function plain(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll(/^(?=[.'])/gm, "\\&");
}
