export { type ModelOptions, ModelServer } from "./model-server.ts";
export { OBEDIENT, OBEDIENT_SCHEMA } from "./obedient.ts";
export { childrenOf, descriptorsOf, type Process, processesWith } from "./processes.ts";
export { missingPythons, testPython } from "./pythons.ts";
export { Receiver } from "./receiver.ts";
export { type SchemaFacts, schemaOf } from "./schema.ts";
export { scrape } from "./scraped.ts";
export { nothing, serving, until } from "./serving.ts";
