/** The document of a test's model, from the few facts that the test cares about. */
import type { InputField, ModelInterface, OutputType } from "@cog/core/schema";
import { openApiOf } from "@cog/core/schema";

export interface SchemaFacts {
  readonly inputs?: readonly (Pick<InputField, "name" | "type"> & Partial<InputField>)[];
  readonly output?: OutputType;
  readonly streaming?: boolean;
  readonly train?: boolean;
}

export function schemaOf({
  inputs = [],
  output = { kind: "string" },
  streaming = false,
  train = false,
}: SchemaFacts): object {
  const endpoint = {
    inputs: inputs.map((field) => ({ nullable: false, required: field.default === undefined, ...field })),
    output,
    streaming,
    async: false,
    concurrency: null,
  };
  const model: ModelInterface = { predict: endpoint, ...(train ? { train: endpoint } : {}) };
  return openApiOf(model, { version: "test" });
}
