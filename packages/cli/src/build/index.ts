export { type BuildImageRequest, type BuiltImage, buildImage, imageNameOf } from "./build-image.ts";
export { type BuildContext, developmentImage } from "./development-image.ts";
export { readLabel } from "./labels.ts";
export { type RenderedProject, renderProject } from "./render-project.ts";
export { storedConfig } from "./stored-config.ts";
