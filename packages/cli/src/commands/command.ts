/** What a command is: one value. Parsing, help, completion and docs come from it. */
import type { Reporter } from "#report";
import type { Settings } from "#settings";

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
  readonly group?: "Input" | "Output" | "Environment" | "Build" | "Server" | "Global";
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
  readonly name: string;
  readonly summary: string;
  /** Left out of `cog --help`. */
  readonly hidden?: true;
  /** Said on stderr before anything else. */
  readonly deprecation?: string;
  readonly arguments?: Arguments;
  /** Flags end at the first positional argument. */
  readonly flagsFirst?: true;
  /** The command deals with Ctrl-C by itself, however long it takes. */
  readonly ownsTerminal?: true;
  readonly flags: T;
  readonly examples: readonly Example[];
  /** Another command that these words mean, if so: decided before they are parsed. */
  readonly reroute?: (words: readonly string[], context: CommandContext) => Rerouted | undefined;
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
  readonly readStdin: () => Promise<string>;
  readonly global: GlobalFlags;
}

export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
}

export interface GlobalFlags {
  readonly debug: boolean;
  readonly engine: string | undefined;
  readonly registry: string | undefined;
}
