/**
 * Words of a command line → flags and positionals, in every spelling that is accepted: `--flag value`, `--flag=value`,
 * `-f value`, `-fvalue`, `-f=value`, `--switch`, `--switch=false`, and several short ones in a word, of which the last may
 * take a value: `-qf value`. Commander then checks and collects them.
 */
import type { FlagTable } from "./command.ts";

export type Word = { readonly from: number; readonly to: number } & (
  | { readonly kind: "flag"; readonly name: string; readonly value: string }
  | { readonly kind: "positional"; readonly text: string }
  | { readonly kind: "end-of-flags" }
  | { readonly kind: "unknown-flag"; readonly text: string }
  | { readonly kind: "missing-value"; readonly name: string; readonly text: string }
  | { readonly kind: "bad-switch"; readonly text: string; readonly value: string }
);

export interface WordOptions {
  readonly flags: FlagTable;
  /** The first positional and all after it are positionals. */
  readonly flagsFirst?: boolean;
}

export function readWords(argv: readonly string[], { flags, flagsFirst = false }: WordOptions): readonly Word[] {
  const words: Word[] = [];
  let onlyPositionals = false;
  for (let at = 0; at < argv.length; ) {
    const text = argv[at] ?? "";
    const read = onlyPositionals ? [positional(text, at)] : readWord(argv, at, flags);
    words.push(...read);
    const last = read.at(-1);
    if (last?.kind === "end-of-flags" || (flagsFirst && last?.kind === "positional")) onlyPositionals = true;
    at = last?.to ?? at + 1;
  }
  return words;
}

function readWord(argv: readonly string[], at: number, flags: FlagTable): readonly Word[] {
  const text = argv[at] ?? "";
  if (text === "--") return [{ kind: "end-of-flags", from: at, to: at + 1 }];
  if (!text.startsWith("-") || text === "-") return [positional(text, at)];
  if (!text.startsWith("--")) return readShort(argv, at, flags);
  const [name, given] = split(text.slice(2));
  if (!Object.hasOwn(flags, name)) return [unknown(`--${name}`, at)];
  return [readFlag(argv, at, { flags, name, text: `--${name}`, given })];
}

/** One letter after the other, until one takes the rest of the word, or the next one, as its value. */
function readShort(argv: readonly string[], at: number, flags: FlagTable): readonly Word[] {
  const whole = argv[at] ?? "";
  const [long] = split(whole.slice(1));
  // `-debug` would be `-d -e bug`, which nobody means.
  if (long.length > 1 && Object.hasOwn(flags, long)) return [unknown(`-${long}`, at)];
  const words: Word[] = [];
  for (let rest = whole.slice(1); rest !== ""; ) {
    const letter = rest.charAt(0);
    const after = rest.slice(1);
    const name = Object.keys(flags).find((one) => flags[one]?.short === letter);
    if (name === undefined) return [unknown(words.length === 0 ? `-${long}` : `-${letter} in ${whole}`, at)];
    const text = words.length === 0 ? `-${letter}` : `-${letter} in ${whole}`;
    const isGroup = flags[name]?.value === undefined && /^[^=]/.test(after);
    const given = isGroup || after === "" ? undefined : after.replace(/^=/, "");
    words.push(readFlag(argv, at, { flags, name, text, given }));
    rest = isGroup ? after : "";
  }
  return words;
}

interface Found {
  readonly flags: FlagTable;
  readonly name: string;
  /** As it was typed. */
  readonly text: string;
  /** In the same word. */
  readonly given: string | undefined;
}

function readFlag(argv: readonly string[], at: number, { flags, name, text, given }: Found): Word {
  const flag = flags[name];
  const found = (value: string, to: number): Word => ({ kind: "flag", name, value, from: at, to });
  if (flag?.value === undefined) {
    if (given === undefined || /^(true|t|1)$/i.test(given)) return found("true", at + 1);
    if (/^(false|f|0)$/i.test(given)) return found("false", at + 1);
    return { kind: "bad-switch", text, value: given, from: at, to: at + 1 };
  }
  if (given !== undefined) return found(given, at + 1);
  const next = argv[at + 1];
  if (flag.valueIf !== undefined)
    return next !== undefined && flag.valueIf(next) ? found(next, at + 2) : found("", at + 1);
  return next === undefined ? { kind: "missing-value", name, text, from: at, to: at + 1 } : found(next, at + 2);
}

function split(text: string): readonly [name: string, given: string | undefined] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

function positional(text: string, at: number): Word {
  return { kind: "positional", text, from: at, to: at + 1 };
}

function unknown(text: string, at: number): Word {
  return { kind: "unknown-flag", text, from: at, to: at + 1 };
}
