export { Weights, type WeightsOptions } from "./weights.ts";
