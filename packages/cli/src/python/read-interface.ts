/**
 * Python source → ModelInterface, without running it. The way of a compiler: syntax (`lower.ts`) → names (`names.ts`)
 * → types (`annotations.ts`) → inputs and output. What cannot be known is a problem with a place, never a guess.
 */
import type { Place } from "@cog/core/errors";
import type { Endpoint, ModelInterface, OutputType } from "@cog/core/schema";
import { readAnnotation } from "./annotations.ts";
import { Context } from "./context.ts";
import { readConcurrency, readStreaming } from "./decorators.ts";
import { readInputs } from "./inputs.ts";
import { Modules } from "./modules.ts";
import { readOutputType } from "./output-types.ts";
import { loadParser } from "./parser.ts";
import type { Problem } from "./problem.ts";
import { findTarget, type Mode, type Target } from "./target.ts";

export interface ReadOptions {
  /** References as in cog.yaml: `run.py:Runner`. */
  readonly predict?: string | undefined;
  readonly train?: string | undefined;
  /** The text of a project file by its path relative to the project, with `/`; undefined when there is none. */
  readonly readFile: (path: string) => string | undefined;
}

export type ReadResult = {
  /** What works and could be written better: for a doctor, not for every run. */
  readonly hints: readonly Problem[];
} & (
  | {
      readonly ok: true;
      readonly interface: ModelInterface;
      /** Where each input is written, by its name. */
      readonly inputPlaces: { readonly [mode in Mode]?: Readonly<Record<string, Place>> };
      readonly warnings: readonly Problem[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }
);

/** What the model takes and gives, or everything that keeps us from knowing it. */
export async function readInterface({ predict, train, readFile }: ReadOptions): Promise<ReadResult> {
  const modules = new Modules(await loadParser(), readFile);
  const context = new Context(modules);
  const merged = predict !== undefined && train !== undefined;
  const half = (mode: Mode, reference: string | undefined): Endpoint | undefined => {
    if (reference === undefined) return undefined;
    const before = modules.problems.length;
    const endpoint = readEndpoint(context, reference, mode);
    if (merged) prefix(modules.problems, before, `${mode} schema: `);
    return endpoint;
  };
  const endpoints = { predict: half("predict", predict), train: half("train", train) };
  const { problems, warnings, hints } = modules;
  if (problems.length > 0) return { ok: false, problems: inOrder(rootCauses(problems)), warnings, hints };
  if (!endpoints.predict && !endpoints.train) {
    const place = { file: "cog.yaml" };
    const message = "no predict or train reference found in cog.yaml";
    return {
      ok: false,
      problems: [{ code: "schema.reference", message, place, hint: 'Add run: "run.py:Runner".' }],
      warnings,
      hints,
    };
  }
  const placesOf = (endpoint: Endpoint | undefined): Readonly<Record<string, Place>> =>
    Object.fromEntries(
      (endpoint?.inputs ?? []).flatMap((input) => {
        const place = context.inputPlaces.get(input);
        return place ? [[input.name, place]] : [];
      }),
    );
  const inputPlaces = { predict: placesOf(endpoints.predict), train: placesOf(endpoints.train) };
  const known = Object.fromEntries(Object.entries(endpoints).filter(([, endpoint]) => endpoint !== undefined));
  return { ok: true, interface: known, inputPlaces, warnings, hints };
}

function readEndpoint(context: Context, reference: string, mode: Mode): Endpoint | undefined {
  const target = findTarget(context, reference, mode);
  if (!target) return undefined;
  const inputs = readInputs(context, target);
  const output = readOutput(context, target);
  const streaming = mode === "predict" && readStreaming(context, target, output);
  const concurrency = readConcurrency(context, target);
  return output && { inputs, output, streaming, async: target.function.async, concurrency };
}

function readOutput(context: Context, { module, function: method }: Target): OutputType | undefined {
  if (!method.returnType) {
    const message = `missing return type annotation for ${method.name}`;
    const hint = `Write what it returns: \`def ${method.name}(…) -> str:\`.`;
    return context.problem("schema.missing_return_type", module, method.at, message, hint);
  }
  const type = readAnnotation(context, module, method.returnType);
  if (type.kind === "none") return { kind: "null" };
  return readOutputType({ context, module, subject: "", open: [] }, type);
}

function prefix(problems: Problem[], from: number, words: string): void {
  for (let i = from; i < problems.length; i++) {
    const problem = problems[i];
    if (problem) problems[i] = { ...problem, message: words + problem.message };
  }
}

/** What a broken file leaves unknown is not worth a line of its own. */
function rootCauses(problems: readonly Problem[]): readonly Problem[] {
  const broken = problems.filter(({ code }) => code === "schema.syntax");
  return broken.length > 0 ? broken : problems;
}

/** As they stand in the files, so that several read like one list. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) =>
    a.place.file === b.place.file
      ? (a.place.line ?? 0) - (b.place.line ?? 0) || (a.place.column ?? 0) - (b.place.column ?? 0)
      : 0,
  );
}
