export { type CarriedSdk, carriedSdk } from "./carried.ts";
