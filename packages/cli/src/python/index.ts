export { loadParser, type ParsePython } from "./parser.ts";
export type { Problem, ProblemCode } from "./problem.ts";
export { type ReadOptions, type ReadResult, readInterface } from "./read-interface.ts";
export { findMistake } from "./syntax-error.ts";
