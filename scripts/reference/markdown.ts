import type { Page, Section } from "../../packages/cli/src/commands/index.ts";
import type { Manual } from "./pages.ts";

export function asMarkdown({ program, commands, more, topics }: Manual): string {
  const index = (pages: readonly Page[]) =>
    pages.map(({ name, summary }) => `- [${name}](#${anchor(name)}): ${summary}`);
  return `${[
    "<!-- Written by `npm run reference` from the values the help is made of. -->",
    "# The command line",
    "Each page is also printed by `cog <command> --help`; `man docs/reference/cog.1` shows all of them.",
    "## cog",
    ...body(program).filter((part) => !part.startsWith("**Commands**") && !part.startsWith("**Topics**")),
    index(commands).join("\n"),
    `Topics:\n\n${index(topics).join("\n")}`,
    `Not shown in \`cog --help\`:\n\n${index(more).join("\n")}`,
    ...[...commands, ...topics, ...more].flatMap((page) => [`## ${page.name}`, ...body(withoutGlobal(page))]),
  ].join("\n\n")}\n`;
}

/** The same flags on every page are on the first one only. */
function withoutGlobal(page: Page): Page {
  return { ...page, sections: page.sections.filter(({ title }) => title !== "Global flags") };
}

function body({ summary, usage, deprecation, paragraphs, examples, sections }: Page): readonly string[] {
  const shown = examples.map(({ command, what }) => `# ${what}\n${command}`).join("\n\n");
  return [
    deprecation === undefined ? sentence(summary) : `${sentence(summary)} Says first: ${deprecation}.`,
    `\`\`\`text\n${usage}\n\`\`\``,
    ...(shown === "" ? [] : [`\`\`\`sh\n${shown}\n\`\`\``]),
    ...paragraphs.map((text) => (text.startsWith("  ") ? `\`\`\`text\n${text}\n\`\`\`` : escaped(text))),
    ...sections.map(table),
  ];
}

function table({ title, rows }: Section): string {
  const lines = rows.map(({ term, text }) => `| ${term === "" ? "" : code(term.trim())} | ${cell(text)} |`);
  return [`**${title}**`, "", "| | |", "|---|---|", ...lines].join("\n");
}

function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

function cell(text: string): string {
  return escaped(text).replaceAll("|", "\\|");
}

function escaped(text: string): string {
  return text.replaceAll(/[<*_]/g, "\\$&");
}

function sentence(text: string): string {
  return escaped(text.endsWith(".") ? text : `${text}.`);
}

function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll(" ", "-");
}
