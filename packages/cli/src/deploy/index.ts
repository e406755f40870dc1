export { composeFile } from "./compose/file.ts";
export { type Noted, yamlText } from "./document.ts";
export { kubernetesManifests } from "./kubernetes/manifests.ts";
export {
  type DeployedImage,
  type DeployedModel,
  factsOfConfig,
  factsOfImage,
  type ImageConfig,
  type ModelFacts,
  nameOf,
} from "./model.ts";
export type {
  ComposeWish,
  GpuWish,
  KubernetesWish,
  Memory,
  QueueWish,
  RedisAddress,
  SecretKey,
  Span,
  Variable,
} from "./wish.ts";
