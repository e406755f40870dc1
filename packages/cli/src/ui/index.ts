export { colorEnabled, type Palette, palette } from "./color.ts";
export { type ConsoleOptions, createConsole, type ProgressMode } from "./console.ts";
export { renderError } from "./error.ts";
