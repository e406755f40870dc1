export { BuildFailure, type BuildRequest, buildImage } from "./build.ts";
export { type Absence, absenceWords, docker, spawn } from "./command.ts";
export {
  type Image,
  inspectImage,
  type LayerSize,
  lastLine,
  layerSizes,
  pullImage,
  removeImage,
  tagsOf,
} from "./images.ts";
export { ping } from "./ping.ts";
