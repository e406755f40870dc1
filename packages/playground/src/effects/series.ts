/** A series: checks every input of it, then asks each server for one prediction after the other. */
import { messageOf } from "@cog/core/errors";
import { type JsonObject, jsonText } from "@cog/core/json";
import {
  type CellEnding,
  inputOf,
  isBusy,
  type Model,
  type Plan,
  problemsOf,
  rowsOf,
  type Store,
  targetsOf,
} from "#state";
import type { Check } from "./check.ts";
import { predictionIn } from "./prediction.ts";
import { askModel, refusalIn } from "./proxy.ts";

export interface SeriesRunner {
  run(): Promise<void>;
  stop(): void;
}

export function createSeriesRunner(store: Store, check: Check): SeriesRunner {
  let controller = new AbortController();
  let last = 0;

  async function run(): Promise<void> {
    const { draft, model, connection, plan } = store.get();
    if (model === undefined || isBusy(store.get())) return;
    const targets = targetsOf(connection.target, plan);
    const problems = problemsOf(plan, targets.length);
    const found = problems.length > 0 ? problems : await problemsIn(model, draft.input, plan, check);
    // Checking took a moment, in which something else may have begun, or another model come.
    if (isBusy(store.get()) || store.get().model !== model) return;
    if (found.length > 0) return store.dispatch({ type: "refused", problems: found });
    controller = new AbortController();
    const { signal } = controller;
    const rows = rowsOf(plan);
    last++;
    const number = last;
    store.dispatch({ type: "series-begun", number, targets, rows });
    const inputs = rows.map((row) => inputOf(draft.input, plan, row));
    await Promise.all(
      targets.map((target, at) =>
        askInTurn(target, model.path, inputs, signal, (row, cell) =>
          store.dispatch({ type: "cell", number, row, target: at, cell }),
        ),
      ),
    );
    store.dispatch({ type: "series-ended", number });
  }

  return {
    run,
    stop: () => {
      controller.abort();
      const { series } = store.get();
      if (series !== undefined) store.dispatch({ type: "series-ended", number: series.number });
    },
  };
}

/** Every distinct value is looked at; what is wrong without any is said once. */
async function problemsIn(model: Model, input: JsonObject, plan: Plan, check: Check): Promise<readonly string[]> {
  const once = rowsOf({ ...plan, times: 1 });
  const problems = await Promise.all(once.map((row) => check(model, inputOf(input, plan, row))));
  return [...new Set(problems.flat())];
}

type Tell = (
  row: number,
  cell: { readonly kind: "running" } | { readonly kind: "ended"; readonly ending: CellEnding },
) => void;

/** One at a time: two at once would measure how they wait for each other. */
async function askInTurn(
  target: string,
  path: string,
  inputs: readonly JsonObject[],
  signal: AbortSignal,
  tell: Tell,
): Promise<void> {
  for (const [row, input] of inputs.entries()) {
    if (signal.aborted) return;
    tell(row, { kind: "running" });
    const ending = await endingOf(() => askOnce(target, path, input, signal));
    if (signal.aborted) return;
    tell(row, { kind: "ended", ending });
  }
}

/** A server may have somebody else's prediction to do first; so often it is asked again. */
const MOST_ATTEMPTS = 240;
const BUSY_MS = 250;

async function endingOf(ask: () => Promise<Response>): Promise<CellEnding> {
  let began = performance.now();
  const ended = (answer: Omit<CellEnding, "seconds">) => ({ ...answer, seconds: (performance.now() - began) / 1000 });
  try {
    let response = await ask();
    for (let attempt = 1; response.status === 409 && attempt < MOST_ATTEMPTS; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
      began = performance.now();
      response = await ask();
    }
    return ended(await answerIn(response));
  } catch (error) {
    const text = messageOf(error);
    return ended({ status: "error", output: undefined, error: text });
  }
}

async function askOnce(target: string, path: string, input: JsonObject, signal: AbortSignal): Promise<Response> {
  const headers = { "Content-Type": "application/json" };
  return await askModel({ target, path, method: "POST", headers, body: jsonText({ input }), signal });
}

/** An output beyond this is not kept: there may be many. */
const MOST_CHARACTERS = 8 * 1024 * 1024;

async function answerIn(response: Response): Promise<Omit<CellEnding, "seconds">> {
  if (!response.ok) return { status: "error", output: undefined, error: await refusalIn(response) };
  const text = await response.text();
  const { status, output, error } = predictionIn(text);
  const isEnd = status === "succeeded" || status === "failed" || status === "canceled";
  if (!isEnd) return { status: "error", output: undefined, error: `the prediction is ${status}` };
  if (text.length <= MOST_CHARACTERS) return { status, output: output ?? undefined, error: error ?? undefined };
  return { status, output: undefined, error: "the output is too large to be kept in a series: run it alone" };
}
