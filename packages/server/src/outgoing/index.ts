export type { Fetch } from "./outgoing.ts";
export { createFetch } from "./outgoing.ts";
