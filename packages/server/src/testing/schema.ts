/** The document of a test's model, from the few facts that the test cares about. */
import type { Endpoint, InputField, ModelInterface, OutputType } from "@cog/core/schema";
import { openApiOf } from "@cog/core/schema";

type Input = Pick<InputField, "name" | "type"> & Partial<InputField>;

export interface SchemaFacts {
  readonly inputs?: readonly Input[];
  readonly output?: OutputType;
  readonly streaming?: boolean;
  /** The train function takes and gives the same. */
  readonly train?: boolean;
  /** There is a train function with these inputs. */
  readonly training?: readonly Input[];
}

export function schemaOf({
  inputs = [],
  output = { kind: "string" },
  streaming = false,
  train = false,
  training = train ? inputs : undefined,
}: SchemaFacts): object {
  const endpoint = (inputs: readonly Input[]): Endpoint => ({
    inputs: inputs.map((field) => ({ nullable: false, required: field.default === undefined, ...field })),
    output,
    streaming,
    async: false,
    concurrency: null,
  });
  const model: ModelInterface = {
    predict: endpoint(inputs),
    ...(training === undefined ? {} : { train: endpoint(training) }),
  };
  return openApiOf(model, { version: "test" });
}
