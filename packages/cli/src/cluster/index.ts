export { type Examined, explainCluster } from "./explain.ts";
export type { Explanation } from "./explanation.ts";
export { type ClusterPlace, readCluster } from "./kubectl.ts";
