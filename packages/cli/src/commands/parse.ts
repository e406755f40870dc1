/** A command's words → its flags and arguments, by commander; mistakes become UsageErrors that name the word. */
import { withoutCredentials } from "@cog/core/redact";
import { closest } from "@cog/core/spelling";
import { Command as Commander, Option } from "commander";
import type { AnyCommand, Arguments, Call, Flag, FlagTable } from "./command.ts";
import { globalFlags } from "./global-flags.ts";
import { UsageError } from "./usage.ts";
import { readWords, type Word } from "./words.ts";

export function parseCall(command: AnyCommand, argv: readonly string[]): Call {
  const flags: FlagTable = { ...command.flags, ...globalFlags };
  const words = readWords(argv, { flags, flagsFirst: command.flagsFirst === true });
  refuseMistakes(words, command.name, flags);
  const commander = commanderOf(command).exitOverride();
  const positionals = words.flatMap((word) => (word.kind === "positional" ? [word.text] : []));
  commander.parse([...words.flatMap((word) => canonical(word, flags)), "--", ...positionals], { from: "user" });
  const values = commander.opts<Record<string, unknown>>();
  checkArguments(command, commander.args);
  return { flags: valuesOf(flags, values), args: commander.args };
}

/** The flags as commander knows them; also what help is made of. */
export function commanderOf(command: AnyCommand): Commander {
  const commander = new Commander(command.name).allowExcessArguments().helpOption(false);
  for (const [name, flag] of Object.entries<Flag>({ ...command.flags, ...globalFlags }))
    commander.addOption(optionOf(name, flag));
  return commander;
}

function optionOf(name: string, flag: Flag): Option {
  const short = flag.short === undefined ? "" : `-${flag.short}, `;
  const value = flag.value === undefined ? "" : flag.valueIf === undefined ? ` <${flag.value}>` : ` [${flag.value}]`;
  const option = new Option(`${short}--${name}${value}`, flag.summary);
  // `--no-cache` is a name here, not the opposite of `--cache`.
  option.negate = false;
  option.attributeName = () => name;
  if (flag.repeat === true) option.argParser((text: string, before: string[] | undefined) => [...(before ?? []), text]);
  if (flag.default !== undefined) option.default(flag.default);
  if (flag.hidden === true) option.hideHelp();
  return option;
}

/** A switch that is off is the same as one that is absent. */
function canonical(word: Word, flags: FlagTable): readonly string[] {
  if (word.kind !== "flag") return [];
  if (flags[word.name]?.value === undefined) return word.value === "true" ? [`--${word.name}`] : [];
  return [`--${word.name}=${word.value}`];
}

function refuseMistakes(words: readonly Word[], command: string, flags: FlagTable): void {
  for (const word of words) {
    if (word.kind === "unknown-flag") {
      const guess = closest(word.text.replace(/^-+/, ""), Object.keys(flags));
      throw new UsageError(`unknown flag: ${word.text}`, command, guess && `Did you mean --${guess}?`);
    }
    if (word.kind === "missing-value") throw new UsageError(`flag needs an argument: ${word.text}`, command);
    if (word.kind === "bad-switch")
      throw new UsageError(`invalid argument "${word.value}" for ${word.text}: expected true or false`, command);
    if (word.kind === "flag") {
      const problem = problemWith(flags[word.name], word.value);
      if (problem !== undefined)
        throw new UsageError(
          `invalid argument "${withoutCredentials(word.value)}" for --${word.name}: ${problem}`,
          command,
        );
    }
  }
}

function problemWith(flag: Flag | undefined, value: string): string | undefined {
  const leftOut = value === "" && flag?.valueIf !== undefined;
  if (flag?.choices === undefined || leftOut) return flag?.check?.(value);
  return flag.choices.includes(value) ? undefined : `expected ${orList(flag.choices)}`;
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

const NONE: Arguments = { usage: "", least: 0, most: 0 };

function checkArguments({ name, arguments: wanted = NONE }: AnyCommand, given: readonly string[]): void {
  const count = given.length;
  if (count < wanted.least)
    throw new UsageError(`requires at least ${wanted.least} arg(s), only received ${count}`, name);
  if (count > wanted.most) throw new UsageError(`accepts at most ${wanted.most} arg(s), received ${count}`, name);
  for (const word of given) {
    if (wanted.choices?.includes(word) === false)
      throw new UsageError(`invalid argument "${word}": expected ${orList(wanted.choices)}`, name);
  }
}

function valuesOf(flags: FlagTable, values: Readonly<Record<string, unknown>>): Call["flags"] {
  const entries = Object.entries(flags).map(([name, flag]) => {
    const missing = flag.value === undefined ? false : flag.repeat === true ? [] : undefined;
    return [name, values[name] ?? missing];
  });
  return Object.fromEntries(entries);
}
