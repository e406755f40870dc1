export { type ToolHere, toolHere } from "./tools-here.ts";
