export { type FoundProject, findProject } from "./find.ts";
export { ignoreRules } from "./ignore.ts";
export { type OpenProjectOptions, openProject } from "./open.ts";
export type { ImageWish, Project } from "./project.ts";
export {
  type Contents,
  changedSources,
  contentsOf,
  isCode,
  readSources,
  type Sources,
  type Stamps,
  stampOf,
} from "./sources.ts";
export { openState, stateFolders, writeAtomically, writeState } from "./state.ts";
