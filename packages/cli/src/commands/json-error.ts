import { CogError } from "@cog/core/errors";
import type { Output } from "./command.ts";

/** Runs `work`; with `--json`, a failure is also an object on stdout. It is shown on stderr as ever. */
export async function withJsonError<T>(json: boolean, stdout: Output, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (json && error instanceof CogError) stdout.write(`${JSON.stringify({ error: errorObject(error) })}\n`);
    throw error;
  }
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
