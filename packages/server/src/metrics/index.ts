export type { HttpExchange, RejectionReason, Scraped } from "./metrics.ts";
export { Metrics } from "./metrics.ts";
export type { Sources } from "./present.ts";
export type { QueueStats, ReadQueues } from "./queue-stats.ts";
