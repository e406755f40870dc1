export { type BuildImageRequest, type BuiltImage, buildImage, imageNameOf } from "./build-image.ts";
export { buildLog } from "./build-log.ts";
export { caCertificate } from "./ca-certificate.ts";
export type { BuildContext } from "./context.ts";
export { developmentImage } from "./development-image.ts";
export { readLabel } from "./labels.ts";
export { type RenderedProject, renderProject } from "./render-project.ts";
export { withProjectLock } from "./state-directory.ts";
export { storedConfig } from "./stored-config.ts";
