export type { FunctionSchema, Mode, Schema, SchemaOptions, Validation } from "./schema.ts";
export { readSchemaFile, schemaFromInterface, schemaFromText } from "./schema.ts";
