import { CogError, type ErrorCode } from "@cog/core/errors";
import type { Output } from "./command.ts";
import { Interrupted } from "./interrupt.ts";

/** With `--json`, a failure is also an object on stdout. It is shown on stderr as ever. */
export function printJsonError(error: unknown, stdout: Output): void {
  if (error instanceof Interrupted) return;
  stdout.write(`${JSON.stringify({ error: error instanceof CogError ? errorObject(error) : mistake(error) })}\n`);
}

function mistake(error: unknown) {
  const code: ErrorCode = "internal";
  return { code, message: error instanceof Error ? error.message : String(error) };
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
