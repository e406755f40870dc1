export type { Context } from "./context.ts";
export { HttpServer } from "./server.ts";
