export { type FoundProject, findProject } from "./find.ts";
export { type OpenProjectOptions, openProject } from "./open.ts";
export type { ImageWish, Project } from "./project.ts";
export { openState, writeState } from "./state.ts";
