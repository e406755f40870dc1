export type { Place, Problem } from "./errors.ts";
export { CogError, UnavailableError, UserError } from "./errors.ts";
