import { CogError } from "@cog/core/errors";
import type { Output } from "./command.ts";

/** With `--json`, a failure is also an object on stdout. It is shown on stderr as ever. */
export function printJsonError(error: unknown, stdout: Output): void {
  if (error instanceof CogError) stdout.write(`${JSON.stringify({ error: errorObject(error) })}\n`);
}

function errorObject({ code, message, hint, place, several }: CogError) {
  const at = place ?? several[0]?.place;
  return {
    code,
    message,
    ...(at !== undefined && { file: at.file, ...(at.line !== undefined && { line: at.line }) }),
    ...(hint !== undefined && { hint }),
  };
}
