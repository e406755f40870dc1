/** Ctrl-C and its relatives: the first asks everything to stop, the second ends at once. */

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export type InterruptSignal = keyof typeof EXIT_CODES;

/** Longest that stopping may take, with room for the engine's own 3 seconds. */
const DEADLINE_MS = 5000;

export class Interrupted extends Error {
  readonly signal: InterruptSignal;
  readonly exitCode: number;

  constructor(signal: InterruptSignal) {
    super(`interrupted by ${signal}`);
    this.name = "Interrupted";
    this.signal = signal;
    this.exitCode = EXIT_CODES[signal];
  }
}

export interface Interrupts {
  readonly signal: AbortSignal;
  /** The command deals with Ctrl-C itself: no deadline, and a second Ctrl-C is its business too. */
  ownTerminal(): void;
}

export function watchInterrupts(): Interrupts {
  const controller = new AbortController();
  let owned = false;
  for (const signal of Object.keys(EXIT_CODES) as InterruptSignal[]) {
    process.on(signal, () => {
      if (owned && signal === "SIGINT" && process.stdin.isTTY) return;
      // What is running kills its processes when this one exits.
      if (controller.signal.aborted) process.exit(EXIT_CODES[signal]);
      setTimeout(() => process.exit(EXIT_CODES[signal]), DEADLINE_MS).unref();
      controller.abort(new Interrupted(signal));
    });
  }
  return {
    signal: controller.signal,
    ownTerminal: () => {
      owned = true;
    },
  };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
