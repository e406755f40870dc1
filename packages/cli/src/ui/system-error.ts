/** Failures of the machine, which Node tells by codes, in words: they are the user's to mend, and no mistake in cog. */
import { type CogError, type ErrorCode, UnavailableError, UserError } from "@cog/core/errors";

interface Words {
  readonly code: ErrorCode;
  readonly what: string;
  readonly hint: string;
}

const FULL: Words = {
  code: "disk.full",
  what: "The disk is full",
  hint: "'df -h' shows which; temporary files go where TMPDIR says.",
};
const FORBIDDEN: Words = {
  code: "file.forbidden",
  what: "Permission denied",
  hint: "'ls -ld' shows whose it is and who may write there.",
};

const WORDS: Readonly<Record<string, Words>> = {
  ENOSPC: FULL,
  EDQUOT: { ...FULL, what: "The disk quota is used up" },
  EROFS: { code: "file.read_only", what: "The file system is read-only", hint: "Mount it so that it can be written." },
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EMFILE: { code: "file.too_many", what: "Too many files are open", hint: "'ulimit -n 4096' allows more." },
};

/** Undefined for every other error. */
export function systemError(error: unknown): CogError | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const { code, path } = error as NodeJS.ErrnoException;
  const words = WORDS[code ?? ""];
  if (words === undefined) return undefined;
  const { what, hint } = words;
  const Kind = words === FORBIDDEN ? UserError : UnavailableError;
  return new Kind(words.code, `${what}${path === undefined ? "" : `: ${path}`}`, { hint, cause: error });
}
