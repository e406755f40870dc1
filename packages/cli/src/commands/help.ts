/** Help pages: what it is for, examples first, then flags by group. */
import type { AnyCommand, Flag } from "./command.ts";
import { globalFlags } from "./global-flags.ts";

const GROUPS = [undefined, "Input", "Output", "Environment", "Build", "Server", "Global"] as const;

export function commandHelp(command: AnyCommand): string {
  const usage = ["cog", command.name, "[flags]", command.arguments?.usage].filter(Boolean).join(" ");
  const examples = command.examples.map(({ command: line, what }) => ({ term: line, text: what }));
  return [
    command.summary,
    section("Usage", [{ term: usage, text: "" }]),
    section("Examples", examples),
    ...GROUPS.map((group) => section(group === undefined ? "Flags" : `${group} flags`, flagRows(command, group))),
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}

export function mainHelp(commands: readonly AnyCommand[]): string {
  const visible = commands.filter(({ hidden }) => hidden !== true);
  return [
    "Cog: run, build and serve machine-learning models.",
    section("Usage", [{ term: "cog [flags] <command>", text: "" }]),
    section("Examples", [
      { term: "cog init", text: "Start a model in this directory" },
      { term: "cog run -i name=value", text: "Run a prediction" },
      { term: "cog serve", text: "Serve the model over HTTP" },
      { term: "cog build -t my-model", text: "Build an image of it" },
    ]),
    section(
      "Commands",
      visible.map(({ name, summary }) => ({ term: name, text: summary })),
    ),
    section(
      "Flags",
      Object.entries<Flag>(globalFlags).flatMap(([name, flag]) => row(name, flag)),
    ),
    "Run 'cog <command> --help' for more about a command.",
  ]
    .join("\n\n")
    .concat("\n");
}

function flagRows(command: AnyCommand, group: Flag["group"]): readonly Row[] {
  const table: Readonly<Record<string, Flag>> = group === "Global" ? globalFlags : command.flags;
  return Object.entries(table)
    .filter(([, flag]) => flag.group === group)
    .flatMap(([name, flag]) => row(name, flag));
}

interface Row {
  readonly term: string;
  readonly text: string;
}

function row(name: string, flag: Flag): readonly Row[] {
  if (flag.hidden === true) return [];
  const short = flag.short === undefined ? "    " : `-${flag.short}, `;
  const value = flag.value === undefined ? "" : flag.valueIf === undefined ? ` ${flag.value}` : ` [${flag.value}]`;
  const notes = [flag.repeat === true ? "repeatable" : "", flag.default ? `default ${flag.default}` : ""].filter(
    Boolean,
  );
  return [
    {
      term: `${short}--${name}${value}`,
      text: notes.length > 0 ? `${flag.summary} (${notes.join(", ")})` : flag.summary,
    },
  ];
}

function section(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const width = Math.min(34, Math.max(...rows.map(({ term }) => term.length)));
  const lines = rows.map(({ term, text }) => `  ${text === "" ? term : `${term.padEnd(width)}  ${text}`}`);
  return [`${title}:`, ...lines].join("\n");
}
