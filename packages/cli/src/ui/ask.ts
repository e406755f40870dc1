/** Questions to the person at the terminal, on stderr: stdout is for results. */
import type { Readable, Writable } from "node:stream";

const COLUMNS = 80;
/** Longer than a signal to oneself takes. */
const SIGNAL_MS = 2000;
const ROWS = 24;

export interface AskOptions {
  readonly signal: AbortSignal;
  /** Returns what is wrong with an answer. */
  readonly check?: (answer: string) => string | undefined;
  /** Shown while nothing is typed: what an empty answer stands for. */
  readonly placeholder?: string;
}

/** Whether there is anybody to ask. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

export async function ask(question: string, options: AskOptions): Promise<string> {
  const { text } = await import("@clack/prompts");
  const { placeholder } = options;
  const answer = await answered<string | undefined>(
    (common) => text({ message: question, ...(placeholder !== undefined && { placeholder }), ...common }),
    options,
  );
  return answer ?? "";
}

/** One of the choices. */
export async function choose(
  question: string,
  choices: readonly string[],
  { initial, signal }: { readonly initial?: string; readonly signal: AbortSignal },
): Promise<string> {
  const { select } = await import("@clack/prompts");
  const options = choices.map((value) => ({ value, label: value }));
  const start = initial === undefined ? {} : { initialValue: initial };
  return await answered<string>((common) => select({ message: question, options, ...start, ...common }), { signal });
}

/** The answer is not shown. */
export async function askSecret(question: string, options: AskOptions): Promise<string> {
  const { password } = await import("@clack/prompts");
  const answer = await answered<string | undefined>((common) => password({ message: question, ...common }), options);
  return answer ?? "";
}

/** Enter alone means `initial`. */
export async function confirm(
  question: string,
  { initial, signal }: { readonly initial: boolean; readonly signal: AbortSignal },
): Promise<boolean> {
  const prompts = await import("@clack/prompts");
  return await answered<boolean>((common) => prompts.confirm({ message: question, initialValue: initial, ...common }), {
    signal,
  });
}

export async function waitForEnter(question: string, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  const { text } = await import("@clack/prompts");
  await answered<string>((common) => text({ message: question, ...common }), { signal });
}

interface Common {
  readonly input: Readable;
  readonly output: Writable;
  readonly signal: AbortSignal;
  readonly validate: (answer: unknown) => string | undefined;
}

/** Ctrl-C at a question is Ctrl-C: the terminal is in raw mode then, so that no signal comes by itself. */
async function answered<T>(prompt: (common: Common) => Promise<T | symbol>, { signal, check }: AskOptions): Promise<T> {
  // Terminals that programs drive often have no size, and a question would be drawn one letter a line, or not at all.
  if (process.stderr.columns === 0) process.stderr.columns = COLUMNS;
  if (process.stderr.rows === 0) process.stderr.rows = ROWS;
  const answer = await prompt({
    input: process.stdin,
    output: process.stderr,
    signal,
    validate: (given) => check?.(typeof given === "string" ? given : ""),
  });
  if (typeof answer !== "symbol") return answer;
  return await new Promise<T>((_, reject) => {
    // Nothing else may be left that keeps the process until the signal is heard.
    const waiting = setTimeout(() => reject(signal.reason), SIGNAL_MS);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(waiting);
        reject(signal.reason);
      },
      { once: true },
    );
    process.kill(process.pid, "SIGINT");
  });
}
