import { CogError } from "@cog/core/errors";

/** The command line itself is wrong: exit code 2, and a pointer to the help of the command. */
export class UsageError extends CogError {
  readonly #command: string | undefined;
  readonly #suggestion: string | undefined;

  constructor(message: string, command?: string, suggestion?: string) {
    const help = `Run 'cog ${command === undefined ? "" : `${command} `}--help' for usage.`;
    super("usage", message, { hint: suggestion === undefined ? help : `${suggestion}\n${help}` });
    this.#command = command;
    this.#suggestion = suggestion;
  }

  /** The same, said of a command by whoever knows which one it is. */
  of(command: string): UsageError {
    return this.#command === undefined ? new UsageError(this.message, command, this.#suggestion) : this;
  }
}
