/** Talks to a prediction server, of ours or of the reference, with nothing but fetch. */
import { UnavailableError } from "@cog/core/errors";
import type { JsonObject } from "@cog/core/json";
import type { HealthResponse, PredictionRequest, PredictionResponse, StreamEvent } from "@cog/core/wire";
import { readEvents, textOf } from "./event-stream.ts";
import { RefusalError } from "./refusal.ts";

/** The part of fetch that is used here: the platform's own, or something lighter. */
export type Fetch = (
  url: string,
  init: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal?: AbortSignal | null;
  },
) => Promise<Answer>;

export interface Answer {
  readonly status: number;
  readonly body: ReadableStream<Uint8Array> | null;
  json(): Promise<unknown>;
  text(): Promise<string>;
}

type Init = Parameters<Fetch>[1];

/** The platform's own rounds whole numbers beyond 2^53; `parseJson` and `jsonText` do not. */
export interface JsonReading {
  parse(text: string): unknown;
  text(value: unknown): string;
}

export interface ClientOptions {
  /** `http://127.0.0.1:5000` */
  readonly url: string;
  readonly fetch?: Fetch;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: JsonReading;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PredictOptions extends CallOptions {
  /** Default: predictions. */
  readonly path?: "/predictions" | "/trainings";
}

/**
 * A client of one server. Every method throws a `RefusalError` when the server says no and an `UnavailableError` when it
 * cannot be reached.
 *
 * @example
 * const client = createClient({ url: "http://127.0.0.1:5000" });
 * const { output } = await client.predict({ input: { prompt: "hello" } });
 */
export interface Client {
  health(options?: CallOptions): Promise<HealthResponse>;
  /** The model's OpenAPI document. */
  schema(options?: CallOptions): Promise<JsonObject>;
  /** Waits for the end. A prediction that failed is an answer, not an error. Aborting cancels it. */
  predict(request: PredictionRequest, options?: PredictOptions): Promise<PredictionResponse>;
  /** Starts a prediction and comes back at once; `look` and webhooks tell how it goes. */
  start(request: PredictionRequest, options?: PredictOptions): Promise<PredictionResponse>;
  /** Undefined when the server does not know the id (any more). */
  look(id: string, options?: CallOptions): Promise<PredictionResponse | undefined>;
  /**
   * Events as they happen; the last one is `completed`. Leaving the loop cancels the prediction. The reference's server
   * refuses (406) for a model without `@cog.streaming`, ours does not.
   */
  stream(request: PredictionRequest, options?: CallOptions): AsyncGenerator<StreamEvent>;
  /** False when no such prediction is in flight. */
  cancel(id: string, options?: CallOptions): Promise<boolean>;
  shutdown(options?: CallOptions): Promise<void>;
}

const PLATFORM: JsonReading = { parse: (text) => JSON.parse(text), text: (value) => JSON.stringify(value) };

export function createClient({ url, fetch: send = fetch, headers = {}, json = PLATFORM }: ClientOptions): Client {
  const base = url.replace(/\/+$/, "");

  async function call(path: string, init: Init): Promise<Answer> {
    try {
      return await send(base + path, { ...init, headers: { ...headers, ...init.headers } });
    } catch (error) {
      if (init.signal?.aborted === true) throw error;
      throw new UnavailableError("server.unreachable", `No answer from ${base}.`, {
        hint: "Check that the server is running and that the address is right.",
        cause: error,
      });
    }
  }

  async function expectJson<Body>(response: Answer, expected: number): Promise<Body> {
    if (response.status !== expected) throw new RefusalError(response.status, await bodyOf(response));
    return json.parse(await response.text()) as Body; // what the server answers with this status
  }

  async function post(
    request: PredictionRequest,
    { path = "/predictions", signal }: PredictOptions,
    extra: Record<string, string> = {},
  ): Promise<Answer> {
    return call(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...extra },
      body: json.text(request),
      signal: signal ?? null,
    });
  }

  return {
    health: async ({ signal } = {}) => expectJson(await call("/health-check", { signal: signal ?? null }), 200),
    schema: async ({ signal } = {}) => expectJson(await call("/openapi.json", { signal: signal ?? null }), 200),
    predict: async (request, options = {}) => expectJson(await post(request, options), 200),
    start: async (request, options = {}) => expectJson(await post(request, options, { Prefer: "respond-async" }), 202),
    look: async (id, { signal } = {}) => {
      const response = await call(`/predictions/${encodeURIComponent(id)}`, { signal: signal ?? null });
      if (response.status !== 404) return expectJson(response, 200);
      await response.body?.cancel();
      return undefined;
    },
    stream: async function* (request, options = {}) {
      const response = await post(request, options, { Accept: "text/event-stream", Prefer: "stream" });
      if (response.status !== 200 || response.body === null) {
        throw new RefusalError(response.status, await bodyOf(response));
      }
      for await (const { event, data } of readEvents(textOf(response.body))) {
        // The server's own events: the name says which data it is.
        yield { event, data: json.parse(data) } as StreamEvent;
      }
    },
    cancel: async (id, { signal } = {}) => {
      const path = `/predictions/${encodeURIComponent(id)}/cancel`;
      const response = await call(path, { method: "POST", signal: signal ?? null });
      const body = await bodyOf(response);
      if (response.status === 200 || response.status === 404) return response.status === 200;
      throw new RefusalError(response.status, body);
    },
    shutdown: async ({ signal } = {}) => {
      await expectJson(await call("/shutdown", { method: "POST", signal: signal ?? null }), 200);
    },
  };
}

/** JSON where it is JSON, else text. */
async function bodyOf(response: Answer): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
