/** A command, the program or a topic as a page of text, before it is known who reads it: a terminal, a browser or man. */
import type { AnyCommand, Example, Flag, FlagTable } from "./command.ts";
import { FLAG_GROUPS } from "./command.ts";
import { globalFlags } from "./global-flags.ts";
import type { Topic } from "./topics.ts";

export interface Page {
  /** `cog run` */
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly paragraphs: readonly string[];
  readonly examples: readonly Example[];
  readonly sections: readonly Section[];
  /** Said before all else. */
  readonly deprecation?: string;
}

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

export interface Row {
  /** `-o, --output PATH` */
  readonly term: string;
  readonly text: string;
}

export function programPage(commands: readonly AnyCommand[], topics: readonly Topic[]): Page {
  const visible = commands.filter(({ hidden }) => hidden !== true);
  return {
    name: "cog",
    summary: "Run, build and serve machine-learning models.",
    usage: "cog [flags] <command>",
    paragraphs: [],
    examples: [
      { command: "cog init", what: "Start a model in this directory" },
      { command: "cog run -i name=value", what: "Run a prediction" },
      { command: "cog serve", what: "Serve the model over HTTP" },
      { command: "cog build -t my-model", what: "Build an image of it" },
    ],
    sections: [
      {
        title: "Commands",
        rows: [
          ...visible.map(({ name, summary }) => ({ term: name, text: summary })),
          { term: "help", text: "Print the help of a command, or on a topic" },
        ],
      },
      { title: "Topics", rows: topics.map(({ name, summary }) => ({ term: `help ${name}`, text: summary })) },
      { title: "Flags", rows: flagRows(globalFlags) },
    ],
  };
}

export function commandPage(command: AnyCommand): Page {
  const { name, summary, description, deprecation, examples } = command;
  const own: FlagTable = command.flags;
  const groups = [undefined, ...FLAG_GROUPS.filter((group) => group !== "Global")];
  const sections = groups.map((group) => ({
    title: group === undefined ? "Flags" : `${group} flags`,
    rows: flagRows(Object.fromEntries(Object.entries(own).filter(([, flag]) => flag.group === group))),
  }));
  return {
    name: `cog ${name}`,
    summary,
    usage: ["cog", name, "[flags]", command.arguments?.usage].filter(Boolean).join(" "),
    paragraphs: description === undefined ? [] : description.trim().split(/\n{2,}/),
    examples,
    sections: [...sections, { title: "Global flags", rows: flagRows(globalFlags) }].filter(
      ({ rows }) => rows.length > 0,
    ),
    ...(deprecation !== undefined && { deprecation }),
  };
}

/** Of commands that share their first word, like `cog weights`. */
export function groupPage(group: string, commands: readonly AnyCommand[]): Page {
  return {
    name: `cog ${group}`,
    summary: `The commands of cog ${group}`,
    usage: `cog ${group} <command> [flags]`,
    paragraphs: [],
    examples: commands.flatMap(({ examples }) => examples.slice(0, 1)),
    sections: [{ title: "Commands", rows: commands.map(({ name, summary }) => ({ term: name, text: summary })) }],
  };
}

function flagRows(flags: FlagTable): readonly Row[] {
  return Object.entries<Flag>(flags)
    .filter(([, flag]) => flag.hidden !== true)
    .map(([name, flag]) => ({ term: flagTerm(name, flag), text: flagText(flag) }));
}

function flagTerm(name: string, { short, value, valueIf }: Flag): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  return `${letter}--${name}${value === undefined ? "" : valueIf === undefined ? ` ${value}` : ` [${value}]`}`;
}

function flagText({ summary, choices, repeat, default: preset, env }: Flag): string {
  const notes = [
    choices?.join("|"),
    repeat === true && "repeatable",
    preset && `default ${preset}`,
    env !== undefined && `env ${env}`,
  ].filter(Boolean);
  return notes.length === 0 ? summary : `${summary} (${notes.join("; ")})`;
}
