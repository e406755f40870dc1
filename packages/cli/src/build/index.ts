export { type BuildImageRequest, type BuiltImage, buildImage, imageNameOf } from "./build-image.ts";
export { type BuildContext, developmentImage } from "./development-image.ts";
export { writeAtomically } from "./state-directory.ts";
