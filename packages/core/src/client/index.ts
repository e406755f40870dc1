export type { CallOptions, Client, ClientOptions, PredictOptions } from "./client.ts";
export { createClient } from "./client.ts";
export { RefusalError } from "./refusal.ts";
