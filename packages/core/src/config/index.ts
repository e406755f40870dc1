export type { BuildConfig, CogConfig, RunStep, WeightConfig } from "./config.ts";
export { DEFAULT_PYTHON } from "./convert.ts";
export { editorSchema } from "./editor-schema.ts";
export { CONFIG } from "./keys.ts";
export { type ParseConfigOptions, type ParsedConfig, parseConfig } from "./parse.ts";
export type { ConfigProblem, ConfigWarning } from "./problem.ts";
export type { Key, MappingShape, Shape } from "./shape.ts";
