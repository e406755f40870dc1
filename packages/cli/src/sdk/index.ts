export { type CarriedSdk, carriedSdk } from "./carried.ts";
export { carriedWheel, type Wheel, type WheelOptions } from "./wheel.ts";
