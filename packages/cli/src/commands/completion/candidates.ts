/** Which words may stand where one is begun. */
import type { AnyCommand, Completes, Flag, FlagTable } from "../command.ts";
import { globalFlags } from "../global-flags.ts";
import { readWords } from "../words.ts";

export interface Candidate {
  readonly word: string;
  readonly what?: string;
}

/** What only the machine and the project know; asked for when it is needed. */
export interface Surroundings {
  /** Names in the directory that the typed path names, folders with a slash. */
  readonly files: (path: string, only: "file" | "directory") => readonly string[];
  readonly inputs: (file: string) => Promise<readonly Candidate[]>;
  readonly images: () => Promise<readonly string[]>;
}

export interface Question {
  /** The word that is begun. */
  readonly word: string;
  /** Those before it, without the program. */
  readonly before: readonly string[];
  readonly commands: readonly AnyCommand[];
  readonly topics: readonly Candidate[];
}

export async function candidates(question: Question, around: Surroundings): Promise<readonly Candidate[]> {
  const all = await possible(question, around);
  return all.filter(({ word }) => word.startsWith(question.word));
}

async function possible(question: Question, around: Surroundings): Promise<readonly Candidate[]> {
  const { word, before, commands, topics } = question;
  const at = before.findIndex((one, index) => !one.startsWith("-") && !takesNext(before[index - 1], globalFlags));
  if (at < 0) return await global(question, around);
  const name = before[at] ?? "";
  if (name === "help") return [...commandWords(commands, []), ...topics];
  const rest = before.slice(at + 1);
  const command =
    commands.find((one) => one.name === `${name} ${rest[0]}`) ?? commands.find((one) => one.name === name);
  if (command === undefined) return commandWords(commands, [name]);
  const own = command.name.includes(" ") ? rest.slice(1) : rest;
  return await inCommand(command, word, own, around);
}

async function global({ word, before, commands }: Question, around: Surroundings): Promise<readonly Candidate[]> {
  const value = await flagValue(globalFlags, word, before.at(-1), { around, file: "" });
  if (value !== undefined) return value;
  if (word.startsWith("-")) return flagWords(globalFlags);
  return [...commandWords(commands, []), { word: "help", what: "Print the help of a command, or on a topic" }];
}

async function inCommand(
  command: AnyCommand,
  word: string,
  before: readonly string[],
  around: Surroundings,
): Promise<readonly Candidate[]> {
  const flags: FlagTable = { ...command.flags, ...globalFlags };
  const words = readWords(before, { flags, flagsFirst: command.flagsFirst === true });
  const positionals = words.filter(({ kind }) => kind === "positional").length;
  if (command.flagsFirst === true && positionals > 0) return files(word, "", "file", around);
  const given = words.find((one) => one.kind === "flag" && one.name === "file");
  const file = given?.kind === "flag" ? given.value : "cog.yaml";
  const value = await flagValue(flags, word, before.at(-1), { around, file });
  if (value !== undefined) return value;
  if (word.startsWith("-")) return flagWords(flags);
  const wanted = command.arguments;
  if (wanted === undefined || positionals >= wanted.most) return [];
  if (wanted.choices !== undefined) return wanted.choices.map((choice) => ({ word: choice }));
  return await completed(wanted.completes ?? "nothing", word, "", { around, file });
}

interface Asking {
  readonly around: Surroundings;
  /** Of the project: its `-f`. */
  readonly file: string;
}

/** Undefined where no value of a flag is being typed. */
async function flagValue(
  flags: FlagTable,
  word: string,
  previous: string | undefined,
  asking: Asking,
): Promise<readonly Candidate[] | undefined> {
  const [, name = "", begun] = /^--([\w-]+)=(.*)$/s.exec(word) ?? [];
  const flag = begun === undefined ? flagBefore(flags, previous) : flags[name];
  if (flag?.value === undefined || (begun === undefined && flag.valueIf !== undefined)) return undefined;
  const kept = begun === undefined ? "" : `--${name}=`;
  if (flag.choices !== undefined) return flag.choices.map((choice) => ({ word: `${kept}${choice}` }));
  return await completed(flag.completes ?? "file", begun ?? word, kept, asking);
}

async function completed(
  what: Completes,
  begun: string,
  kept: string,
  { around, file }: Asking,
): Promise<readonly Candidate[]> {
  switch (what) {
    case "file":
    case "directory":
      return files(begun, kept, what, around);
    case "image":
      return (await around.images()).map((word) => ({ word: `${kept}${word}` }));
    case "input":
      return await inputs(begun, kept, { around, file });
    case "nothing":
      return [];
  }
}

/** `image=@ph` goes on as a path. */
async function inputs(begun: string, kept: string, { around, file }: Asking): Promise<readonly Candidate[]> {
  const [, name, path] = /^([^=]*=@)(.*)$/s.exec(begun) ?? [];
  if (name !== undefined && path !== undefined) return files(path, `${kept}${name}`, "file", around);
  return (await around.inputs(file)).map(({ word, ...rest }) => ({ word: `${kept}${word}`, ...rest }));
}

function files(begun: string, kept: string, only: "file" | "directory", around: Surroundings): readonly Candidate[] {
  return around.files(begun, only).map((path) => ({ word: `${kept}${path}` }));
}

function commandWords(commands: readonly AnyCommand[], before: readonly string[]): readonly Candidate[] {
  const visible = commands.filter(({ hidden }) => hidden !== true || before.length > 0);
  const inside = visible.filter(({ name }) => before.every((word, index) => name.split(" ")[index] === word));
  return inside.flatMap(({ name, summary }) => {
    const word = name.split(" ")[before.length];
    return word === undefined ? [] : [{ word, what: summary }];
  });
}

function flagWords(flags: FlagTable): readonly Candidate[] {
  return Object.entries<Flag>(flags)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, { summary }]) => ({ word: `--${name}`, what: summary }));
}

function takesNext(word: string | undefined, flags: FlagTable): boolean {
  return flagBefore(flags, word)?.value !== undefined;
}

/** The flag that a word leaves without its value. */
function flagBefore(flags: FlagTable, word = ""): Flag | undefined {
  const last = readWords([word], { flags }).at(-1);
  return last?.kind === "missing-value" ? flags[last.name] : undefined;
}
