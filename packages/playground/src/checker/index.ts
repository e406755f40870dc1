export type { CheckAnswer, CheckRequest } from "./checker.ts";
