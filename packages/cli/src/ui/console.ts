/** The Reporter of a terminal, a file or a pipe: everything on stderr, in plain lines unless somebody is watching. */
import { withoutAnsi } from "@cog/core/ansi";
import type { Reporter, Step, StepLook } from "#report";
import type { Palette } from "./color.ts";
import { wrapped } from "./wrap.ts";

export type ProgressMode = "plain" | "tty" | "quiet";

export interface ConsoleOptions {
  readonly write: (text: string) => void;
  readonly palette: Palette;
  readonly debug: boolean;
  /** --quiet: only warnings and errors. */
  readonly quiet: boolean;
  readonly progress: ProgressMode;
  /** Of the terminal; undefined where stderr is none: then nothing is shortened or wrapped. */
  readonly columns: () => number | undefined;
}

const HIDDEN_CHARACTERS = 256 * 1024;
const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const FRAME_MS = 100;
const BAR_CELLS = 20;
/** A log that says nothing for longer looks stuck. */
const HEARTBEAT_MS = 15_000;

export function createConsole(options: ConsoleOptions): Reporter {
  return new Console(options);
}

class Console implements Reporter {
  readonly #options: ConsoleOptions;
  #step: LiveStep | undefined;
  /** A partial line of a child was written: the next message starts on a new one. */
  #midLine = false;
  /** The beginning of an escape sequence whose rest is still to come. */
  #cut = "";

  constructor(options: ConsoleOptions) {
    this.#options = options;
  }

  info(message: string): void {
    if (this.#options.quiet) return;
    this.#line(message, message === "" ? "" : this.#mark("faint", " ⚙  "));
  }

  warn(message: string): void {
    this.#line(
      message,
      this.#options.palette.enabled ? this.#options.palette.bold(this.#options.palette.yellow(" ⚠ ")) : "",
    );
  }

  debug(message: string): void {
    if (this.#options.debug) this.#line(message, "");
  }

  /** Hidden while a step has its own row: kept for the case that the step fails. */
  output(text: string): void {
    const shown = this.#options.palette.enabled ? text : this.#withoutAnsi(text);
    if (shown === "") return;
    if (this.#step?.keep(shown) === true) return;
    this.#step?.clear();
    this.#options.write(shown);
    this.#midLine = !shown.endsWith("\n");
    this.#step?.draw();
  }

  #withoutAnsi(text: string): string {
    const whole = this.#cut + text;
    this.#cut = UNFINISHED.exec(whole)?.[0] ?? "";
    return withoutAnsi(whole.slice(0, whole.length - this.#cut.length));
  }

  step(title: string, how?: StepLook): Step {
    const { progress, quiet } = this.#options;
    const isOpen = how?.below === "output";
    if (progress === "plain") return this.#plainStep(title, isOpen);
    const live = progress === "tty" && !quiet;
    this.#step = new LiveStep(title, { ...this.#options, live, isOpen, isMidLine: () => this.#midLine });
    const end = (act: (step: LiveStep) => void) => {
      if (this.#step !== undefined) act(this.#step);
      this.#step = undefined;
    };
    return {
      update: (activity, fraction) => this.#step?.update(activity, fraction),
      done: (summary) => end((step) => step.done(summary)),
      fail: (how) => end((step) => step.fail(how)),
    };
  }

  /** Nothing is redrawn where nobody watches; a line now and then says that it is not stuck. */
  #plainStep(title: string, isOpen: boolean): Step {
    if (!isOpen) this.info(title);
    const startedAt = Date.now();
    let activity = "";
    const heartbeat = setInterval(() => {
      const seconds = Math.round((Date.now() - startedAt) / 1000);
      this.info(`${title} ${seconds} s${activity && ` · ${activity}`}`);
    }, HEARTBEAT_MS);
    heartbeat.unref();
    const end = (summary?: string) => {
      clearInterval(heartbeat);
      if (summary !== undefined) this.info(summary);
    };
    return {
      update: (present) => {
        activity = present;
      },
      done: end,
      fail: () => end(),
    };
  }

  #line(message: string, mark: string): void {
    this.#step?.clear();
    const indent = mark === "" ? 0 : MARK_CELLS;
    const lines = wrapped(message, (widthOf(this.#options) ?? Number.POSITIVE_INFINITY) - indent);
    this.#options.write(`${this.#midLine ? "\n" : ""}${mark}${lines.join(`\n${" ".repeat(indent)}`)}\n`);
    this.#midLine = false;
    this.#step?.draw();
  }

  #mark(color: "faint", text: string): string {
    const { palette } = this.#options;
    return palette.enabled ? palette[color](text) : "";
  }
}

const MARK_CELLS = 4;

/** Terminals that programs drive often say 0, and mean that they have no size. */
function widthOf({ columns }: ConsoleOptions): number | undefined {
  return columns() || undefined;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is the character that begins such a sequence
const UNFINISHED = /\u001B(?:\[[0-9;?]*[ -/]*|\][^\u0007\u001B]*)?$/;

interface LiveStepOptions extends ConsoleOptions {
  readonly live: boolean;
  /** What the step prints is shown above the row. */
  readonly isOpen: boolean;
  /** The cursor stands behind the beginning of a line that is to go on. */
  readonly isMidLine: () => boolean;
}

/** One row that is redrawn, with what the step prints held back unless it is open. */
class LiveStep {
  readonly #title: string;
  readonly #options: LiveStepOptions;
  readonly #startedAt = Date.now();
  readonly #timer: NodeJS.Timeout | undefined;
  #hidden = "";
  #activity = "";
  #fraction: number | undefined;
  #frame = 0;
  #isDrawn = false;

  constructor(title: string, options: LiveStepOptions) {
    this.#title = title;
    this.#options = options;
    if (!options.live) return;
    this.draw();
    this.#timer = setInterval(() => this.draw(), FRAME_MS);
    this.#timer.unref();
  }

  update(activity: string, fraction: number | undefined): void {
    this.#activity = activity;
    this.#fraction = fraction;
  }

  /** Whether it was held back. */
  keep(text: string): boolean {
    if (this.#options.isOpen) return false;
    this.#hidden = (this.#hidden + text).slice(-HIDDEN_CHARACTERS);
    return true;
  }

  clear(): void {
    if (this.#isDrawn) this.#options.write("\r\u001B[2K");
    this.#isDrawn = false;
  }

  draw(): void {
    const seconds = Math.floor((Date.now() - this.#startedAt) / 1000);
    const { live, isOpen, isMidLine } = this.#options;
    // What is over within a second needs no row, and a row must not tear a line apart.
    if (!live || (isOpen && (seconds === 0 || isMidLine()))) return;
    this.#isDrawn = true;
    this.#frame += 1;
    const time = seconds > 0 ? ` ${seconds} s` : "";
    const frame = FRAMES[this.#frame % FRAMES.length];
    const text = ` ${frame} ${this.#title}${time}${bar(this.#fraction)}${this.#activity && ` · ${this.#activity}`}`;
    this.#options.write(`\r\u001B[2K${text.slice(0, (widthOf(this.#options) ?? 80) - 1)}`);
  }

  done(summary: string | undefined): void {
    this.#end();
    const { live, isOpen, palette, write } = this.#options;
    if (live && !isOpen) write(`${palette.green(" ✔ ")}${summary ?? this.#title}\n`);
  }

  fail({ interrupted } = { interrupted: false }): void {
    this.#end();
    if (!interrupted) this.#options.write(this.#hidden);
  }

  #end(): void {
    clearInterval(this.#timer);
    this.clear();
  }
}

function bar(fraction: number | undefined): string {
  if (fraction === undefined) return "";
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_CELLS);
  return ` ${"█".repeat(full)}${"░".repeat(BAR_CELLS - full)}`;
}
