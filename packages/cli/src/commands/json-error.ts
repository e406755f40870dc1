import { CogError, type ErrorCode, messageOf } from "@cog/core/errors";
import type { Output } from "./command.ts";
import { Interrupted } from "./interrupt.ts";

/** With `--json`, a failure is also an object on stdout. Stderr has it as ever, in words or as a log line. */
export function printJsonError(error: unknown, stdout: Output): void {
  if (error instanceof Interrupted) return;
  stdout.write(`${JSON.stringify({ error: error instanceof CogError ? errorObject(error) : mistake(error) })}\n`);
}

function mistake(error: unknown) {
  const code: ErrorCode = "internal";
  return { code, message: messageOf(error) };
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
