export { closest } from "@cog/core/spelling";
export { describeInput } from "./describe.ts";
export { interfaceOf } from "./document/read.ts";
export { inlineReferences, propertiesOf } from "./document/references.ts";
export { documentText, openApiOf } from "./document/write.ts";
export type { Endpoint, InputField, InputType, ModelField, ModelInterface, OutputType, Scalar } from "./interface.ts";
export { describeType } from "./kinds/index.ts";
export { checkDocument, type DocumentProblem } from "./validate/check-document.ts";
export { type CheckedInput, checkInputFor } from "./validate/for-people.ts";
export {
  compileInputValidator,
  type InputProblem,
  type InputValidator,
  type ValidatedInput,
  type ValidatorOptions,
} from "./validate/for-server.ts";
export { isUrl } from "./validate/url.ts";
