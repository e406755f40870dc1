export { type CarriedSdk, carriedSdk, carriedServer } from "./carried.ts";
export { carriedWheel, type Wheel, type WheelOptions } from "./wheel.ts";
