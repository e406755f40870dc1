export {
  checkInput,
  type GivenInput,
  type InputContext,
  type InputFlags,
  readInputFlags,
  uncheckedInput,
} from "./inputs.ts";
export type { JsonReading } from "./json.ts";
export { inputTable } from "./table.ts";
