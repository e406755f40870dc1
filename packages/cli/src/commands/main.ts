import { closest } from "@cog/core/spelling";
import { readSettings, type Settings } from "#settings";
import { colorEnabled, createConsole, type Palette, type ProgressMode, palette, renderError } from "#ui";
import type { AnyCommand, CommandContext, FlagTable } from "./command.ts";
import { globalFlags } from "./global-flags.ts";
import { commandHelp, mainHelp } from "./help.ts";
import { Interrupted, watchInterrupts } from "./interrupt.ts";
import { commands } from "./list.ts";
import { parseCall } from "./parse.ts";
import { UsageError } from "./usage.ts";
import { versionLine } from "./version-line.ts";
import { readWords, type Word } from "./words.ts";

/** Exit codes that are not a command's own. */
const FAILED = 1;
const WRONG_USAGE = 2;
const BROKEN_PIPE = 141;

/** Words that people try, and what they mean. */
const MEANT: Readonly<Record<string, string>> = {
  infer: "run",
  http: "serve",
  ui: "playground",
  gui: "playground",
  new: "init",
  start: "init",
  auth: "login",
  authenticate: "login",
  authorize: "login",
};

export async function main(argv: readonly string[]): Promise<void> {
  const settings = readSettings();
  const flags = globalWords(argv);
  const view = await viewOf(flags, settings);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // The reader has seen enough (`cog run | head -1`).
    if (error.code === "EPIPE") process.exit(BROKEN_PIPE);
    throw error;
  });
  try {
    process.exitCode = await dispatch(argv, { settings, view, flags });
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (!(error instanceof Interrupted)) process.stderr.write(renderError(error, view));
  }
  // Whatever a library still holds open must not keep the shell waiting.
  process.stdout.write("", () => process.exit());
}

interface View {
  readonly palette: Palette;
  readonly debug: boolean;
}

interface Start {
  readonly settings: Settings;
  readonly view: View;
  readonly flags: ReadonlyMap<string, string>;
}

async function dispatch(argv: readonly string[], { settings, view, flags }: Start): Promise<number> {
  const { name, before, after } = splitCommand(argv);
  if (flags.has("version") && name === undefined) return print(versionLine());
  if (name === undefined) return print(mainHelp(commands));
  if (name === "help") return help(after);
  const command = find(name);
  const interrupts = watchInterrupts();
  const report = createConsole({
    write: (text) => process.stderr.write(text),
    palette: view.palette,
    debug: view.debug,
    quiet: flags.get("quiet") === "true",
    progress: progressOf(flags.get("progress") ?? settings.progress, settings),
    columns: () => process.stderr.columns,
  });
  const context: CommandContext = {
    workingDirectory: process.cwd(),
    settings: flags.get("no-color") === "true" ? withoutColor(settings) : settings,
    report,
    signal: interrupts.signal,
    stdout: { write: (text) => void process.stdout.write(text), isTerminal: process.stdout.isTTY === true },
    readStdin,
    global: { debug: view.debug, engine: flags.get("engine"), registry: flags.get("registry") },
  };
  const deprecated = (text: string | undefined) => {
    if (text !== undefined && settings.deprecationWarnings) report.warn(text);
  };
  deprecated(command.deprecation);
  const words = [...before, ...after];
  const rerouted = command.reroute?.(words, context);
  deprecated(rerouted?.deprecation);
  const chosen = rerouted?.command ?? command;
  if (wantsHelp(rerouted?.words ?? words, chosen)) return print(commandHelp(chosen));
  const call = parseCall(chosen, rerouted?.words ?? words);
  if (chosen.ownsTerminal === true) interrupts.ownTerminal();
  return await chosen.run(call, context);
}

/** The first word that is no flag is the command; flags before it are global ones. */
function splitCommand(argv: readonly string[]) {
  const words = readWords(argv, { flags: globalFlags, flagsFirst: true });
  const at = words.find((word) => word.kind === "positional" || word.kind === "unknown-flag");
  if (at?.kind === "unknown-flag") throw new UsageError(`unknown flag: ${at.text}`);
  if (at?.kind !== "positional") return { name: undefined, before: argv, after: [] };
  return { name: at.text, before: argv.slice(0, at.from), after: argv.slice(at.to) };
}

function find(name: string): AnyCommand {
  const command = commands.find((one) => one.name === name);
  if (command !== undefined) return command;
  const names = commands.map((one) => one.name);
  const guess = MEANT[name] ?? names.find((one) => name.length > 1 && one.startsWith(name)) ?? closest(name, names);
  throw new UsageError(`unknown command "${name}" for "cog"`, undefined, guess && `Did you mean "${guess}"?`);
}

function help(words: readonly string[]): number {
  const [name] = words.filter((word) => !word.startsWith("-"));
  return print(name === undefined ? mainHelp(commands) : commandHelp(find(name)));
}

/** What follows the command that `cog exec` is to run belongs to that command. */
function wantsHelp(argv: readonly string[], command: AnyCommand): boolean {
  const flags: FlagTable = { ...command.flags, ...globalFlags };
  const words = readWords(argv, { flags, flagsFirst: command.flagsFirst === true });
  return words.some((word) => isOn(word, "help"));
}

function isOn(word: Word, name: string): boolean {
  return word.kind === "flag" && word.name === name && word.value === "true";
}

/** Global flags, and the few of commands that decide how things are said; wherever they stand, as far as that is known. */
function globalWords(argv: readonly string[]): ReadonlyMap<string, string> {
  const [name = ""] = argv.filter((word) => !word.startsWith("-"));
  const command = commands.find((one) => one.name === name);
  const at = command === undefined ? argv.length : argv.indexOf(name);
  const flags: FlagTable = { ...command?.flags, ...globalFlags };
  const flagsFirst = command?.flagsFirst === true || command?.reroute !== undefined;
  const words = [
    ...readWords(argv.slice(0, at), { flags: globalFlags, flagsFirst: true }),
    ...readWords(argv.slice(at + 1), { flags, flagsFirst }),
  ];
  return new Map(words.flatMap((word) => (word.kind === "flag" ? [[word.name, word.value ?? ""]] : [])));
}

async function viewOf(flags: ReadonlyMap<string, string>, settings: Settings): Promise<View> {
  const flag = flags.get("no-color") === "true";
  const enabled = colorEnabled(settings.color, { flag, isTerminal: process.stderr.isTTY === true });
  return { palette: await palette(enabled), debug: flags.get("debug") === "true" };
}

function progressOf(wanted: string | undefined, { color }: Settings): ProgressMode {
  if (wanted === "plain" || wanted === "tty" || wanted === "quiet") return wanted;
  return process.stderr.isTTY === true && !color.dumb ? "tty" : "plain";
}

/** Children shall not colour their output either. */
function withoutColor(settings: Settings): Settings {
  return { ...settings, environment: { ...settings.environment, NO_COLOR: "1" } };
}

function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
  return error instanceof UsageError ? WRONG_USAGE : FAILED;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
