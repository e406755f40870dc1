export { renderCogBase } from "./cog-base.ts";
export { type Dockerfile, renderDockerfile } from "./dockerfile.ts";
export type { Origin } from "./instruction.ts";
export { renderLabels } from "./labels.ts";
export { withoutPreamble } from "./layer.ts";
export { renderWeightsDockerfile } from "./weights.ts";
