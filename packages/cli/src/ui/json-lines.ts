/** The Reporter of `--json`: every line an object, with the same members as the lines of a model's server. */

import { withoutAnsi } from "@cog/core/ansi";
import { CogError, messageOf } from "@cog/core/errors";
import type { Reporter, Step } from "#report";

export function createJsonLines(write: (text: string) => void): Reporter {
  return new JsonLines(write);
}

/** A failure as such a line. */
export function jsonErrorLine(error: unknown): string {
  if (!(error instanceof CogError)) return line("ERROR", { message: messageOf(error) });
  const { message, code, hint } = error;
  return line("ERROR", { message, code, ...(hint !== undefined && { hint }) });
}

class JsonLines implements Reporter {
  readonly #write: (text: string) => void;
  /** The beginning of a line of a child. */
  #begun = "";

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  info(message: string): void {
    this.#line("INFO", message, "cog::cli");
  }

  warn(message: string): void {
    this.#line("WARN", message, "cog::cli");
  }

  debug(message: string): void {
    this.#line("DEBUG", message, "cog::cli");
  }

  /** What is such a line already stays as it is. */
  output(text: string): void {
    const lines = (this.#begun + text).split("\n");
    this.#begun = lines.pop() ?? "";
    for (const line of lines) {
      if (isObject(line)) this.#write(`${line}\n`);
      else if (line.trim() !== "") this.#line("INFO", withoutAnsi(line), "cog::output");
    }
  }

  step(title: string): Step {
    this.info(title);
    return {
      update: () => {},
      done: (summary) => (summary === undefined ? undefined : this.info(summary)),
      fail: () => {},
    };
  }

  #line(level: string, message: string, target: string): void {
    this.#write(line(level, { message }, target));
  }
}

function line(level: string, fields: object, target = "cog::cli"): string {
  return `${JSON.stringify({ timestamp: new Date().toISOString(), level, fields, target })}\n`;
}

function isObject(line: string): boolean {
  if (!line.startsWith("{")) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
