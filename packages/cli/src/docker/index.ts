export { type Absence, absenceWords } from "./absence.ts";
export { type BuildRequest, buildImage } from "./build.ts";
export { BuildFailure } from "./build-failure.ts";
export { docker, spawn } from "./command.ts";
export { type ExportOptions, exportImage } from "./export.ts";
export type { Image } from "./image.ts";
export { imageConfig } from "./image-config.ts";
export {
  cogImageNames,
  inspectImage,
  type LayerSize,
  labelledImages,
  lastLine,
  layerSizes,
  outputInImage,
  pullImage,
  removeImage,
  tagImage,
  tagsOf,
} from "./images.ts";
export { loadImage } from "./load.ts";
export { ping } from "./ping.ts";
export { cannotReach, type PushOutcome, pushImage } from "./push.ts";
export type { PushProgress } from "./push-progress.ts";
export { remoteDaemon } from "./remote.ts";
export {
  type ContainerEngine,
  type ContainerTool,
  MAKE_ROOM,
  qualifiedName,
  TOOL_NAMES,
  type ToolOptions,
} from "./tools.ts";
