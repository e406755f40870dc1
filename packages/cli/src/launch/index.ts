export { type Model, readModel } from "./model.ts";
export { type PredictionOptions, predictOn } from "./predict.ts";
export { type SessionOptions, withRunningModel } from "./session.ts";
