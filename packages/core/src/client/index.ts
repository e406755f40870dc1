export type { Answer, CallOptions, Client, ClientOptions, Fetch, PredictOptions } from "./client.ts";
export { createClient } from "./client.ts";
export { type RawEvent, readEvents, textOf } from "./event-stream.ts";
export { RefusalError } from "./refusal.ts";
