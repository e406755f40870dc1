export type { OnSend, WebhookRequest } from "./webhooks.ts";
export { Webhooks } from "./webhooks.ts";
