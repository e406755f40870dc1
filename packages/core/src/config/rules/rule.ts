import type { Finding } from "../problem.ts";
import type { WrittenConfig } from "../shape.ts";

export type Rule = (config: WrittenConfig) => readonly Finding[];
