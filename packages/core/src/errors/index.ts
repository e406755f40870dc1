export { ENGINE_ERROR_CODES, ENGINES_WITH_CODES, ERROR_CODES, type ErrorCode } from "./codes.ts";
export type { Place, Problem } from "./errors.ts";
export { CogError, messageOf, systemCodeOf, systemReasonOf, UnavailableError, UserError } from "./errors.ts";
export { NEXT_STEPS } from "./next-steps.ts";
