export type { Answer, CallOptions, Client, ClientOptions, Fetch, PredictOptions } from "./client.ts";
export { createClient } from "./client.ts";
export { RefusalError } from "./refusal.ts";
