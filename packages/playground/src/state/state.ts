/** All that the page knows. One value, changed by `reduce` alone. */
import type { Json, JsonObject } from "@cog/core/json";
import type { Endpoint } from "@cog/core/schema";
import type { HealthResponse, WebhookEvent } from "@cog/core/wire";
import { NO_PLAN, type Plan, type Series } from "./series.ts";

export interface State {
  readonly config: Config | undefined;
  /** As typed; it counts once it is connected to. */
  readonly typedTarget: string;
  readonly connection: Connection;
  readonly model: Model | undefined;
  readonly draft: Draft;
  /** What the last check of the input, or the last attempt to run, found wrong. */
  readonly problems: readonly string[];
  readonly run: Run | undefined;
  /** What several predictions in a row would be. */
  readonly plan: Plan;
  /** The last ones; undefined once one was run alone after them. */
  readonly series: Series | undefined;
  readonly theme: Theme;
  readonly remembered: Remembered;
}

/** What this browser keeps from one visit to the next; the newest first. */
export interface Remembered {
  /** Servers that a model answered at. */
  readonly targets: readonly string[];
  readonly runs: readonly PastRun[];
}

/** Enough to run it again. Secrets are left out, and what is too large to keep is not kept. */
export interface PastRun {
  readonly at: number;
  readonly path: string;
  readonly mode: Mode;
  readonly input: JsonObject;
}

/** `GET /config` */
export interface Config {
  readonly target: string;
  readonly webhookBase: string;
  readonly cogVersion: string;
}

export type Theme = "system" | "light" | "dark";

export interface Connection {
  readonly target: string;
  readonly health: Health;
}

export type Health =
  | { readonly kind: "asking" }
  | { readonly kind: "unreachable"; readonly reason: string }
  | { readonly kind: "answers"; readonly report: HealthResponse };

/** What the model's description says, as far as the page goes by it. */
export interface Model {
  readonly document: JsonObject;
  readonly path: "/predictions" | "/trainings";
  readonly component: "Input" | "TrainingInput";
  readonly endpoint: Endpoint;
  readonly modes: readonly Mode[];
}

export type Mode = "sync" | "stream" | "async";

/** What the next run would be. */
export interface Draft {
  readonly mode: Mode;
  readonly tab: "form" | "json";
  /** Exactly what is sent as `input`. */
  readonly input: JsonObject;
  /** JSON that cannot be read yet, by the input it is for; "" for the whole input in the JSON tab. */
  readonly unread: Readonly<Record<string, { readonly text: string; readonly error: string }>>;
  readonly predictionId: string;
  readonly webhookEvents: readonly WebhookEvent[];
  /** Names this run to whoever sends it webhooks; every run has its own. */
  readonly webhookToken: string;
}

export type RunStatus = "sending" | "starting" | "processing" | "succeeded" | "failed" | "canceled" | "error";

export interface Run {
  readonly number: number;
  readonly mode: Mode;
  /** The server that it was sent to. */
  readonly target: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** As the server named it; undefined until it has. */
  readonly predictionId: string | undefined;
  readonly request: Sent;
  readonly response: Received | undefined;
  readonly output: Output;
  readonly logs: string;
  readonly metrics: JsonObject;
  readonly error: string | undefined;
  /** Events as they came, the oldest given up first. */
  readonly raw: readonly RawEvent[];
  readonly timeline: readonly TimelineEvent[];
}

export interface Sent {
  readonly method: "POST" | "PUT";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined while it is read, and of a stream, which is told event by event. */
  readonly body: string | undefined;
}

/** Items while they come; the value when all is known. */
export type Output =
  | { readonly kind: "none" }
  | { readonly kind: "items"; readonly items: readonly Json[]; readonly bytes: number; readonly dropped: number }
  | { readonly kind: "value"; readonly value: Json };

export interface RawEvent {
  readonly at: number;
  readonly name: string;
  readonly data: string;
}

export interface TimelineEvent {
  readonly at: number;
  readonly kind: "request" | "response" | "sse" | "webhook" | "cancel" | "error";
  readonly text: string;
  /** How often it came in a row. */
  readonly times: number;
}

export const initialState: State = {
  config: undefined,
  typedTarget: "",
  connection: { target: "", health: { kind: "asking" } },
  model: undefined,
  draft: {
    mode: "sync",
    tab: "form",
    input: {},
    unread: {},
    predictionId: "",
    webhookEvents: ["start", "output", "logs", "completed"],
    webhookToken: "",
  },
  problems: [],
  run: undefined,
  plan: NO_PLAN,
  series: undefined,
  theme: "system",
  remembered: { targets: [], runs: [] },
};

export function isRunning(run: Run | undefined): boolean {
  return run !== undefined && run.endedAt === undefined;
}

/** One prediction or a series of them is under way: nothing else begins. */
export function isBusy({ run, series }: State): boolean {
  return isRunning(run) || series?.isRunning === true;
}
