/** Where an output type stands, and how it is refused there. */
import type { PyType } from "./annotations.ts";
import type { Context } from "./context.ts";
import type { ClassIn } from "./enums.ts";
import type { Module } from "./modules.ts";

export interface OutputPlace {
  readonly context: Context;
  readonly module: Module;
  /** Begins every message: `field "score": `. */
  readonly subject: string;
  /** The classes whose fields are being read. */
  readonly open: readonly ClassIn["node"][];
}

const supported =
  "Outputs can be str, int, float, bool, Path, dict[str, …], list[…], Iterator[…], ConcatenateIterator[str], a BaseModel, a dataclass, a TypedDict or None.";

export function refuseOutput(place: OutputPlace, type: PyType, why: string, hint = supported): undefined {
  const message = `${place.subject}type ${type.written} is not a supported output type: ${why}`;
  return place.context.problem("schema.unsupported_type", place.module, type.at, message, hint);
}
