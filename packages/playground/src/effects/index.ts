export { createCheck } from "./check.ts";
export { watchConnection } from "./connection.ts";
export { keepRemembered, keepTheme } from "./keep.ts";
export { linkTo, takeUpLink } from "./link.ts";
export { createRunner, type Runner, webhookUrl } from "./run.ts";
export { createSeriesRunner, type SeriesRunner } from "./series.ts";
