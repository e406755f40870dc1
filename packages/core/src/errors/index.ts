export type { Place } from "./errors.ts";
export { CogError, UnavailableError, UserError } from "./errors.ts";
