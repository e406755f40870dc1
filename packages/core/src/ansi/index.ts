export { withoutAnsi } from "./ansi.ts";
