export type { AnyCommand, CommandContext, Flag, FlagTable } from "./command.ts";
export { commands } from "./list.ts";
export { main } from "./main.ts";
export { versionLine } from "./version-line.ts";
