export { timestamp } from "./timestamp.ts";
