/** What can happen on the page, and the state after it. Pure. */
import type { Json, JsonObject } from "@cog/core/json";
import type { PredictionResponse, StreamEvent, WebhookEvent } from "@cog/core/wire";
import { asShown, withItem, withLogs, withRawEvent, withTimelineEvent } from "./limits.ts";
import { emptyDraft, isSameDocument, modelOf } from "./model.ts";
import { withRun, withTarget } from "./remembered.ts";
import { begunSeries, NO_PLAN, type Plan, reduceSeries, type SeriesAction } from "./series.ts";
import {
  type Config,
  type Draft,
  type Health,
  isRunning,
  type Mode,
  type Received,
  type Remembered,
  type Run,
  type RunStatus,
  type Sent,
  type State,
  type Theme,
  type TimelineEvent,
} from "./state.ts";

export type Action =
  | { readonly type: "configured"; readonly config: Config; readonly webhookToken: string }
  | { readonly type: "theme"; readonly theme: Theme }
  | { readonly type: "target-typed"; readonly text: string }
  | { readonly type: "connect" }
  | { readonly type: "health"; readonly health: Health }
  | { readonly type: "described"; readonly document: JsonObject }
  | { readonly type: "mode"; readonly mode: Mode }
  | { readonly type: "tab"; readonly tab: Draft["tab"] }
  | { readonly type: "input"; readonly name: string; readonly value: Json }
  | { readonly type: "input-left-out"; readonly name: string }
  | { readonly type: "input-unread"; readonly name: string; readonly text: string; readonly error: string }
  | { readonly type: "inputs"; readonly input: JsonObject }
  | { readonly type: "prediction-id"; readonly id: string }
  | { readonly type: "webhook-event"; readonly event: WebhookEvent; readonly wanted: boolean }
  | { readonly type: "remembered"; readonly remembered: Remembered }
  /** The input of an earlier run, or of somebody's link. */
  | { readonly type: "taken-up"; readonly input: JsonObject; readonly mode: Mode }
  | { readonly type: "reset" }
  | { readonly type: "refused"; readonly problems: readonly string[] }
  | {
      readonly type: "sent";
      readonly mode: Mode;
      readonly request: Sent;
      readonly nextWebhookToken: string;
      readonly at: number;
    }
  | { readonly type: "plan"; readonly change: Partial<Plan> }
  | SeriesAction
  | RunAction;

/** Of the present run. */
type RunAction =
  | { readonly type: "answered"; readonly response: Received; readonly at: number }
  | { readonly type: "answer-read"; readonly body: string }
  | { readonly type: "streamed"; readonly event: StreamEvent; readonly data: string; readonly at: number }
  | { readonly type: "webhook"; readonly prediction: PredictionResponse; readonly data: string; readonly at: number }
  /** How it stands, without an event that says so. */
  | { readonly type: "looked"; readonly prediction: PredictionResponse; readonly at: number }
  | { readonly type: "ended"; readonly prediction: PredictionResponse; readonly at: number }
  | { readonly type: "broke"; readonly error: string; readonly at: number }
  | { readonly type: "stopped"; readonly text: string; readonly at: number };

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "configured":
      return connected({
        ...withDraft(state, { webhookToken: action.webhookToken }),
        config: action.config,
        typedTarget: action.config.target,
      });
    case "theme":
      return { ...state, theme: action.theme };
    case "target-typed":
      return { ...state, typedTarget: action.text };
    case "connect":
      return connected(state);
    case "health":
      return { ...state, connection: { ...state.connection, health: action.health } };
    case "described":
      return described(state, action.document);
    case "mode":
      return withDraft(state, { mode: action.mode });
    case "tab":
      return withDraft(state, { tab: action.tab });
    case "input":
      return withDraft(state, {
        input: { ...state.draft.input, [action.name]: action.value },
        unread: without(state.draft.unread, action.name),
      });
    case "input-left-out":
      return withDraft(state, {
        input: without(state.draft.input, action.name),
        unread: without(state.draft.unread, action.name),
      });
    case "input-unread":
      return withDraft(state, {
        unread: { ...state.draft.unread, [action.name]: { text: action.text, error: action.error } },
      });
    case "inputs":
      return withDraft(state, { input: action.input, unread: {} });
    case "prediction-id":
      return withDraft(state, { predictionId: action.id });
    case "webhook-event":
      return withDraft(state, { webhookEvents: chosen(state.draft.webhookEvents, action.event, action.wanted) });
    case "remembered":
      return { ...state, remembered: action.remembered };
    case "taken-up":
      return withDraft(state, {
        input: action.input,
        unread: {},
        mode: state.model?.modes.includes(action.mode) === true ? action.mode : state.draft.mode,
      });
    case "reset":
      return {
        ...state,
        draft:
          state.model === undefined ? state.draft : { ...emptyDraft(state.model, state.draft), tab: state.draft.tab },
        problems: [],
        plan: NO_PLAN,
        run: isRunning(state.run) ? state.run : undefined,
        series: state.series?.isRunning === true ? state.series : undefined,
      };
    case "refused":
      return { ...state, problems: action.problems };
    case "sent":
      return {
        ...withDraft(state, { webhookToken: action.nextWebhookToken }),
        problems: [],
        run: begun(state, action),
        series: undefined,
        remembered: withRun(state.remembered, state.model, state.draft, action.at),
      };
    case "plan":
      return { ...state, plan: { ...state.plan, ...action.change } };
    case "series-begun":
      return { ...state, problems: [], series: begunSeries(state.plan, action) };
    case "cell":
    case "series-ended":
      return { ...state, series: reduceSeries(state.series, action) };
    default:
      // What arrives late, of a run that has ended or was replaced, changes nothing.
      return state.run === undefined || !isRunning(state.run) ? state : { ...state, run: reduceRun(state.run, action) };
  }
}

function connected(state: State): State {
  const target = state.typedTarget.trim().replace(/\/+$/, "");
  const isOther = target !== state.connection.target;
  return {
    ...state,
    connection: { target, health: { kind: "asking" } },
    ...(isOther && { model: undefined, problems: [], run: undefined, series: undefined }),
  };
}

/** The form is made anew only when the model is another one: what was typed is kept otherwise. */
function described(state: State, document: JsonObject): State {
  if (isSameDocument(state.model?.document, document)) return state;
  const model = modelOf(document);
  if (model === undefined) return { ...state, model };
  const remembered = withTarget(state.remembered, state.connection.target);
  return { ...state, model, remembered, draft: emptyDraft(model, state.draft), plan: NO_PLAN, problems: [] };
}

function withDraft(state: State, change: Partial<Draft>): State {
  return { ...state, draft: { ...state.draft, ...change } };
}

function without<T>(record: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}

/** Completed always comes: it is how the page knows the end. */
function chosen(events: readonly WebhookEvent[], event: WebhookEvent, wanted: boolean): readonly WebhookEvent[] {
  if (event === "completed") return events;
  return wanted ? [...new Set([...events, event])] : events.filter((one) => one !== event);
}

/** What a model has given when it begins. */
const NOTHING_YET = { output: { kind: "none" }, logs: "", metrics: {} } as const satisfies Partial<Run>;

function begun({ run, connection }: State, { mode, request, at }: { mode: Mode; request: Sent; at: number }): Run {
  return {
    number: (run?.number ?? 0) + 1,
    mode,
    target: connection.target,
    status: "sending",
    startedAt: at,
    endedAt: undefined,
    predictionId: undefined,
    request,
    response: undefined,
    ...NOTHING_YET,
    error: undefined,
    raw: [],
    timeline: [{ at, kind: "request", text: `${request.method} ${request.path}`, times: 1 }],
  };
}

function reduceRun(run: Run, action: RunAction): Run {
  switch (action.type) {
    case "answered":
      return {
        ...run,
        response: action.response,
        status: run.status === "sending" ? "starting" : run.status,
        timeline: noted(run, action.at, "response", String(action.response.status)),
      };
    case "answer-read":
      return run.response === undefined ? run : { ...run, response: { ...run.response, body: asShown(action.body) } };
    case "streamed":
      return streamed(run, action);
    case "webhook":
      return webhookCame(run, action);
    case "looked":
      return advanced(run, action.prediction, action.at);
    case "ended":
      return ended(run, action.prediction, action.at);
    case "broke":
      return {
        ...run,
        status: "error",
        endedAt: action.at,
        error: action.error,
        timeline: noted(run, action.at, "error", action.error),
      };
    case "stopped":
      return { ...run, status: "canceled", endedAt: action.at, timeline: noted(run, action.at, "cancel", action.text) };
  }
}

function streamed(run: Run, { event, data, at }: { event: StreamEvent; data: string; at: number }): Run {
  const next = {
    ...run,
    raw: withRawEvent(run.raw, { at, name: event.event, data }),
    timeline: noted(run, at, "sse", event.event),
  };
  switch (event.event) {
    case "start":
      return { ...next, status: "processing", predictionId: event.data.id };
    case "output":
      return { ...next, status: "processing", output: withItem(run.output, event.data.chunk) };
    case "log":
      return { ...next, logs: withLogs(run.logs, event.data.data) };
    case "metric":
      return { ...next, metrics: withMetric(run.metrics, event.data) };
    case "restart":
      return { ...next, ...NOTHING_YET };
    case "completed":
      return ended(next, event.data, at);
    case "error":
      return { ...next, status: "error", endedAt: at, error: event.data.error };
    default:
      return next; // an event of a later server
  }
}

function webhookCame(run: Run, { prediction, data, at }: { prediction: PredictionResponse; data: string; at: number }) {
  const next = {
    ...run,
    raw: withRawEvent(run.raw, { at, name: "webhook", data }),
    timeline: noted(run, at, "webhook", prediction.status),
  };
  return advanced(next, prediction, at);
}

function advanced(run: Run, prediction: PredictionResponse, at: number): Run {
  const isEnd = ["succeeded", "failed", "canceled"].includes(prediction.status);
  return isEnd ? ended(run, prediction, at) : { ...run, ...snapshot(run, prediction) };
}

function ended(run: Run, prediction: PredictionResponse, at: number): Run {
  return { ...run, ...snapshot(run, prediction), endedAt: at };
}

/** A prediction as an answer shows it, over what came in pieces. */
function snapshot(run: Run, { id, status, output, logs, metrics, error }: PredictionResponse): Partial<Run> {
  return {
    predictionId: id ?? run.predictionId,
    status: statusOf(status),
    ...(output !== undefined && output !== null && { output: { kind: "value", value: output } }),
    ...(logs !== undefined && { logs: withLogs("", logs) }),
    ...(metrics !== undefined && { metrics }),
    ...(error !== undefined && error !== null && { error }),
  };
}

/** A server may have words of its own. */
function statusOf(status: string): RunStatus {
  const known: readonly RunStatus[] = ["starting", "processing", "succeeded", "failed", "canceled"];
  return known.find((one) => one === status) ?? "processing";
}

type Metric = Extract<StreamEvent, { event: "metric" }>["data"];

function withMetric(metrics: JsonObject, { name, value, mode }: Metric): JsonObject {
  const now = metrics[name];
  switch (mode) {
    case "increment":
      return { ...metrics, [name]: typeof now === "number" && typeof value === "number" ? now + value : value };
    case "append":
      return { ...metrics, [name]: [...(Array.isArray(now) ? (now as readonly Json[]) : []), value] };
    case "replace":
      return value === null ? without(metrics, name) : { ...metrics, [name]: value };
  }
}

function noted(run: Run, at: number, kind: TimelineEvent["kind"], text: string): readonly TimelineEvent[] {
  return withTimelineEvent(run.timeline, { at, kind, text });
}
