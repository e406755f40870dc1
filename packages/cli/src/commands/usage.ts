import { CogError } from "@cog/core/errors";

/** The command line itself is wrong: exit code 2, and a pointer to the help of the command. */
export class UsageError extends CogError {
  constructor(message: string, command?: string, suggestion?: string) {
    const help = `Run 'cog ${command === undefined ? "" : `${command} `}--help' for usage.`;
    super("usage", message, { hint: suggestion === undefined ? help : `${suggestion}\n${help}` });
  }
}
