export type { Project } from "./project.ts";
