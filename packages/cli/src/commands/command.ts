/** What a command is: one value. Parsing, help, completion and docs come from it. */
import type { Reporter } from "#report";
import type { Settings } from "#settings";

export const FLAG_GROUPS = ["Input", "Output", "Server", "Environment", "Build", "Global"] as const;
export type FlagGroup = (typeof FLAG_GROUPS)[number];

/** `input` is `NAME=` of an input of the project's model, `image` a Cog image of this machine. */
export type Completes = "file" | "directory" | "input" | "image" | "nothing";

export interface Flag {
  readonly summary: string;
  /** One letter. */
  readonly short?: string;
  /** Name of the value in help; absent for a switch. */
  readonly value?: string;
  /** The value may be left out: the next word is one only if this says so. */
  readonly valueIf?: (word: string) => boolean;
  readonly repeat?: true;
  readonly default?: string;
  readonly hidden?: true;
  readonly group?: FlagGroup;
  /** The environment variable that says the same where the flag is absent. */
  readonly env?: string;
  /** All the values there are: checked, shown in help and completed. */
  readonly choices?: readonly string[];
  /** What a shell offers for the value; files unless it says otherwise. */
  readonly completes?: Completes;
  /** Returns what is wrong with a value. */
  readonly check?: (value: string) => string | undefined;
}

export type FlagTable = Readonly<Record<string, Flag>>;

/** Switches are booleans, repeatable flags lists, all others texts. A value that was left out is "". */
export type FlagValues<T extends FlagTable> = {
  readonly [K in keyof T]: T[K] extends { readonly repeat: true }
    ? readonly string[]
    : T[K] extends { readonly default: string }
      ? string
      : T[K] extends { readonly value: string }
        ? string | undefined
        : boolean;
};

export interface Arguments {
  /** As in usage: `[IMAGE]`. */
  readonly usage: string;
  readonly least: number;
  readonly most: number;
  /** As for flags; nothing unless it says so. */
  readonly completes?: Completes;
  /** All the words that can stand here. */
  readonly choices?: readonly string[];
}

export interface Call<T extends FlagTable = FlagTable> {
  readonly flags: FlagValues<T>;
  readonly args: readonly string[];
}

export interface Example {
  readonly command: string;
  readonly what: string;
}

export interface Command<T extends FlagTable = FlagTable> {
  /** As typed; of a command in a group two words: `weights pull`. */
  readonly name: string;
  readonly summary: string;
  /** What else there is to know, as paragraphs of help and of the manual. */
  readonly description?: string;
  /** Left out of `cog --help`. */
  readonly hidden?: true;
  /** Said on stderr before anything else. */
  readonly deprecation?: string;
  readonly arguments?: Arguments;
  /** Flags end at the first positional argument. */
  readonly flagsFirst?: true;
  /** With --json all of stderr is log lines, each an object. */
  readonly logsJson?: true;
  /** The command deals with Ctrl-C by itself, however long it takes. */
  readonly ownsTerminal?: true;
  readonly flags: T;
  readonly examples: readonly Example[];
  /** Another command that these words mean, if so: decided before they are parsed. */
  readonly reroute?: (words: readonly string[], workingDirectory: string) => Promise<Rerouted | undefined>;
  /** Resolves with the exit code. */
  run(call: Call<T>, context: CommandContext): Promise<number>;
}

export interface Rerouted {
  readonly command: AnyCommand;
  readonly words: readonly string[];
  readonly deprecation?: string;
}

/** A command of whatever flags: the table and the values it gets always belong together. */
// biome-ignore lint/suspicious/noExplicitAny: `run` takes the values of its own table, which no common type can say
export type AnyCommand = Command<any>;

export function defineCommand<const T extends FlagTable>(command: Command<T>): Command<T> {
  return command;
}

export interface CommandContext {
  readonly workingDirectory: string;
  readonly settings: Settings;
  readonly report: Reporter;
  /** Aborted by Ctrl-C and the like. */
  readonly signal: AbortSignal;
  readonly stdout: Output;
  /** For a command that goes on after it. */
  readonly showError: (error: unknown) => void;
  readonly readStdin: () => Promise<string>;
  readonly global: GlobalFlags;
}

export interface Output {
  write(content: string | Uint8Array): void;
  readonly isTerminal: boolean;
}

export interface GlobalFlags {
  readonly debug: boolean;
  readonly engine: string | undefined;
  readonly registry: string | undefined;
}
