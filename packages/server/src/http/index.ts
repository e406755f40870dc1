export type { Context, ModelFunction } from "./context.ts";
export { HttpServer } from "./server.ts";
