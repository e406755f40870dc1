import { CogError } from "@cog/core/errors";

/** The error that an act ends with; any other than a CogError is thrown on. */
export function refusalOf(act: () => unknown): CogError {
  try {
    act();
  } catch (error) {
    if (error instanceof CogError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
