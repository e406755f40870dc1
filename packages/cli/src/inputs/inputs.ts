/** What was typed → the checked input of a prediction. Everything wrong with it is told at once. */
import { UserError } from "@cog/core/errors";
import type { JsonObject } from "@cog/core/json";
import { checkInputFor, interfaceOf, propertiesOf } from "@cog/core/schema";
import { coerceInput } from "./coerce.ts";
import { type JsonReading, readFilesIn, readJsonInput } from "./json.ts";
import { parseInputs, type TypedInput } from "./parse.ts";
import { inputTable } from "./table.ts";

export interface InputFlags {
  /** `-i`, in order. */
  readonly input: readonly string[];
  readonly json: string | undefined;
}

/** Flags that were read as far as they can be without knowing the model. */
export type GivenInput =
  | { readonly kind: "typed"; readonly inputs: readonly TypedInput[] }
  | { readonly kind: "json"; readonly input: JsonObject };

export async function readInputFlags({ input, json }: InputFlags, reading: JsonReading): Promise<GivenInput> {
  const whole = json ?? (input.length === 1 && input[0] === "-" ? "-" : undefined);
  if (whole === undefined) return { kind: "typed", inputs: parseInputs(input) };
  if (json !== undefined && input.length > 0)
    throw new UserError("input.both", "Must use one of --json or --input to provide model inputs");
  return { kind: "json", input: await readJsonInput(whole, reading) };
}

export interface InputContext extends JsonReading {
  readonly document: JsonObject;
  readonly component: "Input" | "TrainingInput";
  /** The command line that prints what this model takes. */
  readonly asking: string;
}

export async function checkInput(given: GivenInput, context: InputContext): Promise<JsonObject> {
  const { document, component } = context;
  const schemas = propertiesOf(document, component) ?? {};
  const typed = given.kind === "typed" ? given.inputs.map(({ name }) => name) : Object.keys(given.input);
  const unknown = typed.filter((name) => !Object.hasOwn(schemas, name));
  // Told before files are read: the value of an input that does not exist is of no interest.
  const input =
    unknown.length > 0
      ? Object.fromEntries(typed.map((name) => [name, null]))
      : given.kind === "json"
        ? readFilesIn(given.input, schemas, context)
        : Object.fromEntries(given.inputs.map((one) => [one.name, coerceInput(one, schemas[one.name], context)]));
  const checked = await checkInputFor(document, component, input);
  if (checked.ok) return checked.input;
  throw new UserError(checked.code, checked.message, { hint: checked.hint ?? whatItTakes(checked.code, context) });
}

/** For a model that nobody here knows anything of: what was typed stays text, and JSON what it is. */
export function uncheckedInput(given: GivenInput, reading: JsonReading): JsonObject {
  return given.kind === "json"
    ? readFilesIn(given.input, {}, reading)
    : Object.fromEntries(given.inputs.map((one) => [one.name, coerceInput(one, undefined, reading)]));
}

/** Who left something out may not know what there is; who gave something wrong was told what is right. */
function whatItTakes(code: string, { document, component, asking }: InputContext): string {
  const model = interfaceOf(document);
  const endpoint = component === "TrainingInput" ? model.train : model.predict;
  if (code !== "input.missing" || endpoint === undefined) return `Run '${asking}' to see what the model takes.`;
  const lines = inputTable(endpoint).trimEnd().split("\n");
  return ["The model takes:", ...lines.map((line) => `  ${line}`)].join("\n");
}
