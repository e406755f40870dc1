/** What `cog inspect` says of a project or an image, as its JSON has it. */
import type { Json, JsonObject } from "@cog/core/json";
import { withoutCredentials } from "@cog/core/redact";
import type { Endpoint, InputField, ModelInterface } from "@cog/core/schema";
import type { BuildPlan } from "#plan";
import { typeName } from "./type-name.ts";

export interface Inspection {
  readonly kind: "image" | "project";
  readonly name: string;
  readonly cog_version: string | null;
  readonly config: JsonObject;
  readonly inputs: readonly InspectedInput[];
  /** The type of what `run` gives; null when the model says nothing of it. */
  readonly output: string | null;
  readonly gpu: boolean;
  /** Bytes; null for what is not built. */
  readonly size: number | null;
  /** Of a project: what its build would use. */
  readonly resolved?: Resolved;
  /** Of an image: its layers that hold something, from the base up. */
  readonly layers?: readonly { readonly size: number; readonly created_by: string }[];
  readonly labels?: Readonly<Record<string, string>>;
}

export interface InspectedInput {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly default: Json;
  readonly description: string | null;
  readonly constraints: JsonObject;
}

export interface Resolved {
  readonly python: string;
  readonly cuda: string | null;
  readonly cudnn: string | null;
  readonly base_image: string;
  readonly torch_index: string | null;
  readonly requirements: readonly string[];
  readonly why: readonly { readonly setting: string; readonly value: string; readonly because: string }[];
}

/** The inputs and the output of a model; of its training when it can do nothing else. */
export function interfaceFacts(model: ModelInterface | undefined): Pick<Inspection, "inputs" | "output"> {
  const endpoint: Endpoint | undefined = model?.predict ?? model?.train;
  if (endpoint === undefined) return { inputs: [], output: null };
  return { inputs: endpoint.inputs.map(inspectedInput), output: typeName(endpoint.output) };
}

function inspectedInput(field: InputField): InspectedInput {
  const { ge, le, minLength, maxLength, pattern, choices } = field;
  const constraints = { ge, le, min_length: minLength, max_length: maxLength, pattern, choices };
  const given = Object.entries(constraints).filter(([, value]) => value !== undefined);
  return {
    name: field.name,
    type: typeName(field.type),
    required: field.required,
    default: field.default ?? null,
    description: field.description ?? null,
    constraints: Object.fromEntries(given) as JsonObject,
  };
}

export function resolvedFacts({ decisions, requirements, base }: BuildPlan): Resolved {
  const chosen = (wanted: string) => decisions.find(({ setting }) => setting === wanted)?.value;
  return {
    python: chosen("python") ?? "",
    cuda: chosen("cuda") ?? null,
    cudnn: chosen("cudnn") ?? null,
    base_image: base.image,
    torch_index: chosen("torch_index") ?? null,
    requirements: requirements.map(withoutCredentials),
    why: decisions,
  };
}
