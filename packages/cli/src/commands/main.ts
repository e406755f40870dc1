import { closest } from "@cog/core/spelling";
import { readSettings, refuseColor, type Settings } from "#settings";
import {
  colorEnabled,
  createConsole,
  createJsonLines,
  jsonErrorLine,
  type Palette,
  type ProgressMode,
  palette,
  renderError,
  systemError,
} from "#ui";
import type { AnyCommand, CommandContext, FlagTable, Output } from "./command.ts";
import { globalFlags } from "./global-flags.ts";
import { helpText } from "./help.ts";
import { Interrupted, watchInterrupts } from "./interrupt.ts";
import { printJsonError } from "./json-error.ts";
import { commands } from "./list.ts";
import { commandPage, groupPage, type Page, programPage } from "./page.ts";
import { topics } from "./topics.ts";
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
  k8s: "deploy kubernetes",
  kubernetes: "deploy kubernetes",
  compose: "deploy compose",
};

export async function main(argv: readonly string[]): Promise<void> {
  const settings = readSettings();
  if (argv[0] === "__complete") {
    const { completing } = await import("./completion/completing.ts");
    process.stdout.write(await completing(argv.slice(1), commands, settings));
    return;
  }
  if (argv[0] === "__update-check") {
    const { askForUpdate } = await import("./update-check.ts");
    if (settings.update !== undefined) await askForUpdate(settings.update);
    return;
  }
  const { flags, command } = globalWords(argv);
  const view = await viewOf(command, flags, settings);
  // Nobody reads what is told beside the result, or there is no room for it: the result may have a reader all the same.
  process.stderr.on("error", () => {});
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // The reader has seen enough (`cog run | head -1`).
    if (error.code === "EPIPE") process.exit(BROKEN_PIPE);
    process.stderr.write(errorText(systemError(error) ?? error, view));
    process.exit(FAILED);
  });
  try {
    process.exitCode = await dispatch(argv, { settings, view, flags });
  } catch (caught) {
    const error = systemError(caught) ?? caught;
    process.exitCode = exitCodeOf(error);
    // Of cog run, --json is a text: its document is the prediction's, and there is none.
    if (isOn(flags, "json")) printJsonError(error, stdout);
    if (!(error instanceof Interrupted)) process.stderr.write(errorText(error, view));
  }
  // Whatever a library still holds open must not keep the shell waiting.
  // What could not be written is told right after this callback.
  process.stdout.write("", () => setImmediate(() => process.exit()));
}

const stdout: Output = {
  write: (content) => void process.stdout.write(content),
  get isTerminal() {
    return process.stdout.isTTY === true;
  },
};

interface View {
  readonly palette: Palette;
  readonly debug: boolean;
  readonly columns: number | undefined;
  /** Stderr is log lines. */
  readonly isJson: boolean;
}

function errorText(error: unknown, view: View): string {
  return view.isJson ? jsonErrorLine(error) : renderError(error, view);
}

interface Start {
  readonly settings: Settings;
  readonly view: View;
  readonly flags: ReadonlyMap<string, string>;
}

async function dispatch(argv: readonly string[], start: Start): Promise<number> {
  const { name, before, after: given } = splitCommand(argv);
  if (name === undefined)
    return start.flags.has("version") ? print(versionLine()) : show(programPage(commands, topics));
  if (name === "help") return await help(given);
  const after = withMemberFirst(name, given);
  const found = find(name, after);
  if (found === undefined) return group(name, after);
  const typed = [...before, ...after.slice(found.name.split(" ").length - 1)];
  const rerouted = await found.reroute?.(typed, process.cwd());
  const command = rerouted?.command ?? found;
  const words = rerouted?.words ?? typed;
  // Flags of an image's name on are known to be ours only now.
  const flags = flagValues(words, { ...command.flags, ...globalFlags }, command.flagsFirst === true);
  const { context, interrupts } = await contextOf(command, flags, start.settings);
  for (const text of [found.deprecation, rerouted?.deprecation])
    if (text !== undefined && start.settings.deprecationWarnings) context.report.warn(text);
  if (isOn(flags, "help")) return show(commandPage(command));
  if (isOn(flags, "version")) return print(versionLine());
  // Help needs no parser: it is half of what this program loads before a command's own parts.
  const { parseCall } = await import("./parse.ts");
  const call = parseCall(command, words);
  // What completion prints is evaluated by shells as they start.
  if (start.settings.update !== undefined && command.name !== "completion") {
    const { checkForUpdate } = await import("./update-check.ts");
    checkForUpdate(start.settings.update, context.report);
  }
  if (command.ownsTerminal === true) interrupts.ownTerminal();
  try {
    return await command.run(call, context);
  } catch (error) {
    throw error instanceof UsageError ? error.of(command.name) : error;
  }
}

async function contextOf(command: AnyCommand, flags: ReadonlyMap<string, string>, settings: Settings) {
  const interrupts = watchInterrupts();
  const view = await viewOf(command, flags, settings);
  if (isOn(flags, "no-color") || settings.color.refused || settings.color.dumb) refuseColor();
  const write = (text: string) => void process.stderr.write(text);
  const isQuiet = isOn(flags, "quiet");
  const report = view.isJson
    ? createJsonLines(write)
    : createConsole({
        write,
        palette: view.palette,
        debug: view.debug,
        quiet: isQuiet,
        progress: isQuiet ? "quiet" : progressOf(flags.get("progress") ?? settings.progress, settings),
        columns: () => process.stderr.columns,
      });
  const context: CommandContext = {
    workingDirectory: process.cwd(),
    settings: isOn(flags, "no-color") ? withoutColor(settings) : settings,
    report,
    signal: interrupts.signal,
    stdout,
    showError: (error) => write(errorText(error, view)),
    readStdin,
    global: { debug: view.debug, engine: flags.get("engine"), registry: flags.get("registry") },
  };
  return { context, interrupts };
}

/** The first word that is no flag is the command; flags before it are global ones. */
function splitCommand(argv: readonly string[]) {
  const words = readWords(argv, { flags: globalFlags, flagsFirst: true });
  const at = words.find((word) => word.kind === "positional" || word.kind === "unknown-flag");
  if (at?.kind === "unknown-flag") throw new UsageError(`unknown flag: ${at.text}`);
  if (at?.kind !== "positional") return { name: undefined, before: argv, after: [] };
  return { name: at.text, before: argv.slice(0, at.from), after: argv.slice(at.to) };
}

/** Undefined for the first word of a group: `weights`, of `weights pull`. */
function find(name: string, after: readonly string[]): AnyCommand | undefined {
  const inGroup = commands.find((one) => one.name === `${name} ${after[0]}`);
  const command = inGroup ?? commands.find((one) => one.name === name);
  if (command !== undefined || membersOf(name).length > 0) return command;
  const names = commands.map((one) => one.name.split(" ")[0] ?? "");
  const guess = MEANT[name] ?? closest(name, names);
  throw new UsageError(`unknown command "${name}" for "cog"`, undefined, guess && `Did you mean "${guess}"?`);
}

function membersOf(group: string): readonly AnyCommand[] {
  return commands.filter(({ name }) => name.startsWith(`${group} `));
}

/** `weights -v status` as well as `weights status -v`. */
function withMemberFirst(name: string, after: readonly string[]): readonly string[] {
  const at = groupWords(name, after).find(({ kind }) => kind === "positional")?.from;
  if (at === undefined) return after;
  return [...after.slice(at, at + 1), ...after.slice(0, at), ...after.slice(at + 1)];
}

/** Nothing where the name is no group's, or also a command's own. */
function groupWords(name: string, after: readonly string[]): readonly Word[] {
  const members = commands.some((one) => one.name === name) ? [] : membersOf(name);
  if (members.length === 0) return [];
  const flags: FlagTable = Object.assign({}, ...members.map((one) => one.flags), globalFlags);
  return readWords(after, { flags, flagsFirst: true });
}

function group(name: string, after: readonly string[]): number {
  const members = membersOf(name);
  const words = groupWords(name, after);
  const unknown = words.find(({ kind }) => kind === "unknown-flag");
  if (unknown?.kind === "unknown-flag") throw new UsageError(`unknown flag: ${unknown.text}`, name);
  const [word] = words.flatMap((one) => (one.kind === "positional" ? [one.text] : []));
  if (word === undefined) return show(groupPage(name, members));
  const names = members.map((one) => one.name.slice(name.length + 1));
  const guess = names.find((one) => MEANT[word] === `${name} ${one}`) ?? closest(word, names);
  throw new UsageError(`unknown command "${word}" for "cog ${name}"`, name, guess && `Did you mean "${guess}"?`);
}

async function help(words: readonly string[]): Promise<number> {
  const [name, ...after] = words.filter((word) => !word.startsWith("-"));
  if (name === undefined || name === "help") return show(programPage(commands, topics));
  const topic = topics.find((one) => one.name === name);
  if (topic !== undefined) return show(await topic.load());
  const command = find(name, after);
  return command === undefined ? group(name, after) : show(commandPage(command));
}

function show(page: Page): number {
  return print(helpText(page, process.stdout.columns));
}

/** Global flags wherever they stand, as far as that is known before it is known what the words mean: for early mistakes. */
function globalWords(argv: readonly string[]): {
  readonly flags: ReadonlyMap<string, string>;
  readonly command?: AnyCommand;
} {
  const first = readWords(argv, { flags: globalFlags, flagsFirst: true }).find(({ kind }) => kind === "positional");
  const at = first?.from ?? argv.length;
  const named = (name: string) => commands.find((one) => one.name === name);
  const name = argv[at] ?? "";
  const [member] = withMemberFirst(name, argv.slice(at + 1));
  const command = named(`${name} ${member}`) ?? named(name);
  if (command === undefined) return { flags: flagValues(argv, globalFlags, true) };
  const table: FlagTable = { ...command.flags, ...globalFlags };
  const flagsFirst = command.flagsFirst === true || command.reroute !== undefined;
  const before = flagValues(argv.slice(0, at), globalFlags, true);
  return { command, flags: new Map([...before, ...flagValues(argv.slice(at + 1), table, flagsFirst)]) };
}

/** What follows the command that `cog exec` is to run belongs to that command. */
function flagValues(argv: readonly string[], flags: FlagTable, flagsFirst: boolean): ReadonlyMap<string, string> {
  const words: readonly Word[] = readWords(argv, { flags, flagsFirst });
  return new Map(words.flatMap((word) => (word.kind === "flag" ? [[word.name, word.value]] : [])));
}

function isOn(flags: ReadonlyMap<string, string>, name: string): boolean {
  return flags.get(name) === "true";
}

async function viewOf(
  command: AnyCommand | undefined,
  flags: ReadonlyMap<string, string>,
  settings: Settings,
): Promise<View> {
  const flag = isOn(flags, "no-color");
  const enabled = colorEnabled(settings.color, { flag, isTerminal: process.stderr.isTTY === true });
  // Terminals that programs drive often say 0, and mean that they have no size.
  const columns = process.stderr.columns || undefined;
  const isJson = command?.logsJson === true && isOn(flags, "json");
  return { palette: await palette(enabled), debug: isOn(flags, "debug"), columns, isJson };
}

function progressOf(wanted: string | undefined, { color }: Settings): ProgressMode {
  if (wanted === "plain" || wanted === "tty" || wanted === "quiet") return wanted;
  return process.stderr.isTTY === true && !color.dumb ? "tty" : "plain";
}

/** Children shall not colour their output either. */
function withoutColor(settings: Settings): Settings {
  const color = { ...settings.color, refused: true };
  return { ...settings, color, environment: { ...settings.environment, NO_COLOR: "1" } };
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
