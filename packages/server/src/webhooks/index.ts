export type { WebhookRequest } from "./webhooks.ts";
export { Webhooks } from "./webhooks.ts";
