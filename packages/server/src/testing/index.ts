export { type ModelOptions, ModelServer } from "./model-server.ts";
export { Receiver } from "./receiver.ts";
export { type SchemaFacts, schemaOf } from "./schema.ts";
