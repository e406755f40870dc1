export { ask, askSecret, canAsk, choose, confirm, waitForEnter } from "./ask.ts";
export { colorEnabled, type Palette, palette } from "./color.ts";
export { type ConsoleOptions, createConsole, type ProgressMode } from "./console.ts";
export { openOnDesktop } from "./desktop.ts";
export { renderError } from "./error.ts";
export { createJsonLines, jsonErrorLine } from "./json-lines.ts";
export { systemError } from "./system-error.ts";
