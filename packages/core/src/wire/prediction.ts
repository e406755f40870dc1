/**
 * The HTTP envelope of a prediction: what a client sends, what the server answers, and what it says in
 * server-sent events and webhooks. One object shape serves all of them; `absent` means absent, never null.
 */
import type { Json, JsonObject } from "@cog/core/json";

export type PredictionStatus = "starting" | "processing" | "succeeded" | "failed" | "canceled";

export const WEBHOOK_EVENTS = ["start", "output", "logs", "completed"] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** Body of `POST /predictions` and `PUT /predictions/{id}`. Other keys are ignored. */
export interface PredictionRequest {
  readonly id?: string;
  readonly input?: JsonObject;
  readonly webhook?: string;
  /** Absent: all events; empty: none. */
  readonly webhook_events_filter?: readonly WebhookEvent[];
  /** `current_scope().context` of the model. */
  readonly context?: Readonly<Record<string, string>>;
  /** Where this prediction's output files are uploaded; wins over `--upload-url`. */
  readonly output_file_prefix?: string;
  /** Presigned addresses, to which the output files are PUT in order. */
  readonly upload?: { readonly put_urls: readonly string[] };
  /** Echoed. */
  readonly created_at?: string;
}

/** A prediction as answers, snapshots, webhooks and the `completed` event show it. */
export interface PredictionResponse {
  readonly id: string;
  readonly status: PredictionStatus;
  readonly input?: JsonObject;
  /** The final value when succeeded; before that, and when failed or canceled, the array of items so far. */
  readonly output?: Json;
  readonly error?: string;
  readonly logs?: string;
  /** The model's metrics, and `predict_time` in seconds once it has ended. */
  readonly metrics?: JsonObject;
  readonly created_at?: string;
  readonly started_at?: string;
  readonly completed_at?: string;
  /** While it waits for a slot; 1: the next to be served. */
  readonly queue_position?: number;
}

/** Body of 422. */
export interface ValidationResponse {
  readonly detail: readonly ValidationProblem[];
}

export interface ValidationProblem {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** Body of 406, 409, 429 and 503. */
export interface ErrorResponse {
  readonly error: string;
  readonly status?: "failed";
}

/** Server-sent events, by their `event:` name; the rest of the object is the `data:` line. */
export type StreamEvent =
  | { readonly event: "start"; readonly data: { readonly id: string; readonly status: "processing" } }
  | { readonly event: "output"; readonly data: { readonly chunk: Json; readonly index: number } }
  | { readonly event: "log"; readonly data: { readonly source: "stdout" | "stderr"; readonly data: string } }
  | {
      readonly event: "metric";
      readonly data: {
        readonly name: string;
        readonly value: Json;
        readonly mode: "replace" | "increment" | "append";
      };
    }
  /** From a gateway: another worker begins again, and what came before no longer counts. */
  | { readonly event: "restart"; readonly data: { readonly attempt: number } }
  | { readonly event: "completed"; readonly data: PredictionResponse }
  | { readonly event: "error"; readonly data: { readonly error: string; readonly skipped?: number } };
