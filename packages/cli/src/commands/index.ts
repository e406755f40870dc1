export type { AnyCommand, CommandContext, Flag, FlagTable } from "./command.ts";
export { commands } from "./list.ts";
export { main } from "./main.ts";
export { commandPage, type Page, programPage, type Section } from "./page.ts";
export { type Topic, topics } from "./topics.ts";
export { versionLine } from "./version-line.ts";
