/** Escape sequences that models and builds write: colours, cursor movements, titles. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to remove
const ANSI = /\u001B(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-Z\\-_])/g;

/** The text alone. */
export function withoutAnsi(text: string): string {
  return text.replaceAll(ANSI, "");
}
