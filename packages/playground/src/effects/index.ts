export { createCheck } from "./check.ts";
export { watchConnection } from "./connection.ts";
export { createRunner, type Runner, webhookUrl } from "./run.ts";
