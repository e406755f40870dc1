export type { Fetch } from "./outgoing.ts";
export { causeOf, createFetch } from "./outgoing.ts";
