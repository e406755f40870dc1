export { requirementName } from "./name.ts";
export { type RequirementsOwner, readRequirements } from "./read.ts";
export { type LocalFile, localFiles, type RequirementLine, type Requirements, renderLine } from "./requirements.ts";
