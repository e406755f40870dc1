/** What only a scrape needs, in one part of the bundle. */
export { Present } from "./present.ts";
export { render } from "./render.ts";
