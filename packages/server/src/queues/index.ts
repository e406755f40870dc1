export type { ConsumerOptions } from "./consumer.ts";
export { Consumer } from "./consumer.ts";
