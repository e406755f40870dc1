export type { Mode, Schema, SchemaOptions, Validation } from "./schema.ts";
export { readSchemaFile, schemaFromInterface, schemaFromText } from "./schema.ts";
