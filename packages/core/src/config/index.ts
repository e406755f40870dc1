export type { BuildConfig, CogConfig, RunStep } from "./config.ts";
