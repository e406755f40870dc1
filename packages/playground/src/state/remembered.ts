/** What is kept from one visit to the next, and what is not. Pure. */
import { isJsonObject, type Json, type JsonObject, jsonText } from "@cog/core/json";
import type { Draft, Model, PastRun, Remembered } from "./state.ts";

const MOST_TARGETS = 10;
const MOST_RUNS = 20;
/** An input with files in it would soon fill what a browser gives. */
const MOST_INPUT_CHARACTERS = 16 * 1024;

export function withTarget(remembered: Remembered, target: string): Remembered {
  const targets = [target, ...remembered.targets.filter((one) => one !== target)].slice(0, MOST_TARGETS);
  return { ...remembered, targets };
}

export function withRun(remembered: Remembered, model: Model | undefined, draft: Draft, at: number): Remembered {
  if (model === undefined) return remembered;
  const input = withoutSecrets(model, draft.input);
  if (jsonText(input).length > MOST_INPUT_CHARACTERS) return remembered;
  const run = { at, path: model.path, mode: draft.mode, input };
  const others = remembered.runs.filter((one) => !isSame(one, run));
  return { ...remembered, runs: [run, ...others].slice(0, MOST_RUNS) };
}

/** What may be kept or shown to somebody else. */
export function withoutSecrets({ endpoint }: Model, input: JsonObject): JsonObject {
  const secrets = endpoint.inputs.filter(({ type }) => type.kind === "secret").map(({ name }) => name);
  return Object.fromEntries(Object.entries(input).filter(([name]) => !secrets.includes(name)));
}

/** Of what was kept, as much as can be understood: an older page may have kept other things. */
export function rememberedIn(kept: Json): Remembered {
  if (!isJsonObject(kept)) return { targets: [], runs: [] };
  const { targets, runs } = kept;
  return {
    targets: Array.isArray(targets) ? targets.filter((one): one is string => typeof one === "string") : [],
    runs: Array.isArray(runs) ? runs.flatMap(pastRun) : [],
  };
}

function pastRun(kept: Json): readonly PastRun[] {
  if (!isJsonObject(kept)) return [];
  const { at, path, mode, input } = kept;
  const known = (["sync", "stream", "async"] as const).find((one) => one === mode);
  const isWhole = typeof at === "number" && typeof path === "string" && input !== undefined && isJsonObject(input);
  return isWhole && known !== undefined ? [{ at, path, mode: known, input }] : [];
}

function isSame(a: PastRun, b: PastRun): boolean {
  return a.path === b.path && a.mode === b.mode && jsonText(a.input) === jsonText(b.input);
}
