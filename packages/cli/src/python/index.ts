export type { Problem, ProblemCode } from "./problem.ts";
export { type ReadOptions, type ReadResult, readInterface } from "./read-interface.ts";
