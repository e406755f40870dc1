/** A command in a real terminal, for tests of what only happens there. Python's standard library has one, Node's has not. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { withoutAnsi } from "@cog/core/ansi";

const DRIVER = fileURLToPath(new URL("terminal.py", import.meta.url));
const LIMIT_MS = 20_000;

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly columns?: number;
}

export class Terminal {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #shown = "";
  #look: () => void = () => {};

  constructor(command: readonly string[], { cwd, env, columns = 80 }: TerminalOptions) {
    const path = process.env["PATH"] ?? "";
    this.#child = spawn("python3", [DRIVER, String(columns), "24", ...command], {
      cwd,
      env: { PATH: path, TERM: "xterm-256color", LANG: "C.UTF-8", ...env },
      stdio: ["pipe", "pipe", "inherit", "pipe"],
    });
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      this.#shown += chunk.toString();
      this.#look();
    });
    this.#ended = new Promise((resolve) => this.#child.once("close", resolve));
  }

  /** All that was written so far, escape sequences and all. */
  get raw(): string {
    return this.#shown;
  }

  get text(): string {
    return withoutAnsi(this.#shown);
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  resize(columns: number): void {
    (this.#child.stdio[3] as Writable).write(`${columns} 24\n`); // a pipe, by the stdio above
  }

  /** Waits until the text shown since `from` has this in it. */
  async shows(wanted: string | RegExp, from = 0): Promise<void> {
    const isThere = () => {
      const text = withoutAnsi(this.#shown.slice(from));
      return typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
    };
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${String(wanted)} did not appear; the terminal shows:\n${this.#shown}`)),
        LIMIT_MS,
      );
      this.#look = () => {
        if (!isThere()) return;
        clearTimeout(timer);
        resolve();
      };
      this.#look();
    });
  }

  /** Closes the window. */
  hangUp(): void {
    this.#child.kill("SIGTERM");
  }

  async end(): Promise<number | null> {
    return await this.#ended;
  }
}
