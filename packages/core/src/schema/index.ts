export type { Endpoint, InputField, InputType, ModelField, ModelInterface, OutputType, Scalar } from "./interface.ts";
