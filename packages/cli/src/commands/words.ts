/**
 * Words of a command line → flags and positionals, in every spelling that is accepted: `--flag value`, `--flag=value`,
 * `-f value`, `-fvalue`, `-f=value`, `--switch`, `--switch=false`. Commander then checks and collects them.
 */
import type { Flag, FlagTable } from "./command.ts";

export type Word = { readonly from: number; readonly to: number } & (
  | { readonly kind: "flag"; readonly name: string; readonly value: string | undefined }
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
    const word = onlyPositionals ? positional(text, at) : readWord(argv, at, flags);
    words.push(word);
    if (word.kind === "end-of-flags" || (flagsFirst && word.kind === "positional")) onlyPositionals = true;
    at = word.to;
  }
  return words;
}

function readWord(argv: readonly string[], at: number, flags: FlagTable): Word {
  const text = argv[at] ?? "";
  if (text === "--") return { kind: "end-of-flags", from: at, to: at + 1 };
  if (!text.startsWith("-") || text === "-") return positional(text, at);
  const { name, given } = split(text, flags);
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (flag === undefined) return { kind: "unknown-flag", text: text.split("=")[0] ?? text, from: at, to: at + 1 };
  const found = (value: string | undefined, to: number): Word => ({ kind: "flag", name, value, from: at, to });
  if (flag.value === undefined) return readSwitch(text, given, found, at);
  if (given !== undefined) return found(given, at + 1);
  const next = argv[at + 1];
  if (flag.valueIf !== undefined)
    return next !== undefined && flag.valueIf(next) ? found(next, at + 2) : found("", at + 1);
  return next === undefined ? { kind: "missing-value", name, text, from: at, to: at + 1 } : found(next, at + 2);
}

function readSwitch(
  text: string,
  given: string | undefined,
  found: (value: string | undefined, to: number) => Word,
  at: number,
): Word {
  if (given === undefined || /^(true|t|1)$/i.test(given)) return found("true", at + 1);
  if (/^(false|f|0)$/i.test(given)) return found("false", at + 1);
  return { kind: "bad-switch", text: text.split("=")[0] ?? text, value: given, from: at, to: at + 1 };
}

function split(text: string, flags: FlagTable): { readonly name: string; readonly given: string | undefined } {
  const equals = text.indexOf("=");
  if (text.startsWith("--")) {
    return equals < 0
      ? { name: text.slice(2), given: undefined }
      : { name: text.slice(2, equals), given: text.slice(equals + 1) };
  }
  const entry = Object.entries(flags).find(([, flag]: [string, Flag]) => flag.short === text[1]);
  const rest = text.slice(2);
  return { name: entry?.[0] ?? text.slice(1), given: rest === "" ? undefined : rest.replace(/^=/, "") };
}

function positional(text: string, at: number): Word {
  return { kind: "positional", text, from: at, to: at + 1 };
}
