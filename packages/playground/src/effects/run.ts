/** One run: check the input, send it, tell the store what comes back, until the end or until it is stopped. */

import { readEvents, textOf } from "@cog/core/client";
import { messageOf } from "@cog/core/errors";
import { jsonText, parseJson } from "@cog/core/json";
import type { StreamEvent } from "@cog/core/wire";
import { type Connection, type Draft, isRunning, type Mode, type Sent, type Store } from "#state";
import type { Check } from "./check.ts";
import { predictionIn } from "./prediction.ts";
import { askModel, headersOf, refusalIn } from "./proxy.ts";
import { followWebhooks } from "./webhooks.ts";

export interface Runner {
  run(): Promise<void>;
  stop(): Promise<void>;
}

export function createRunner(store: Store, check: Check): Runner {
  let controller = new AbortController();

  async function run(): Promise<void> {
    const { draft, model, connection, config, run: last } = store.get();
    if (model === undefined || config === undefined || isRunning(last)) return;
    const unread = Object.entries(draft.unread).map(([name, { error }]) => `${name === "" ? "JSON" : name}: ${error}`);
    const problems = unread.length > 0 ? unread : await check(model, draft.input);
    // Checking took a moment, in which another run may have begun, or another model come.
    if (isRunning(store.get().run) || store.get().model !== model) return;
    if (problems.length > 0) return store.dispatch({ type: "refused", problems });
    const own = new AbortController();
    controller = own;
    const { signal } = own;
    const { mode, webhookToken } = draft;
    const request = requestOf(draft, model.path, config.webhookBase);
    store.dispatch({ type: "sent", mode, request, nextWebhookToken: crypto.randomUUID(), at: Date.now() });
    try {
      await perform(store, { connection, path: model.path, request, mode, signal, webhookToken });
    } catch (error) {
      if (signal.aborted) return;
      store.dispatch({ type: "broke", error: messageOf(error), at: Date.now() });
    } finally {
      // Whatever still listens for this run has nothing more to hear.
      own.abort();
    }
  }

  async function stop(): Promise<void> {
    const { run } = store.get();
    if (run === undefined || !isRunning(run)) return;
    const { predictionId, request, target } = run;
    store.dispatch({
      type: "stopped",
      text: predictionId === undefined ? "left" : `cancel ${predictionId}`,
      at: Date.now(),
    });
    controller.abort();
    if (predictionId === undefined) return;
    const [, endpoint] = request.path.split("/");
    const path = `/${endpoint}/${encodeURIComponent(predictionId)}/cancel`;
    // One that has ended meanwhile needs no cancel, and a server that is gone cannot be told.
    await askModel({ target, path, method: "POST" }).catch(() => undefined);
  }

  return { run, stop };
}

/** What will be sent. */
export function requestOf(draft: Draft, path: string, webhookBase: string): Sent {
  const id = draft.predictionId.trim();
  const body = {
    input: draft.input,
    ...(draft.mode === "async" && {
      webhook: webhookUrl(webhookBase, draft),
      webhook_events_filter: draft.webhookEvents,
    }),
  };
  return {
    method: id === "" ? "POST" : "PUT",
    path: id === "" ? path : `${path}/${encodeURIComponent(id)}`,
    headers: { "Content-Type": "application/json", ...HEADERS[draft.mode] },
    body: jsonText(body, 2),
  };
}

/** Where the model's server is to send them. */
export function webhookUrl(base: string, { webhookToken }: Draft): string {
  return `${base}/webhook/${webhookToken}`;
}

const HEADERS: Readonly<Record<Mode, Readonly<Record<string, string>>>> = {
  sync: {},
  stream: { Accept: "text/event-stream" },
  async: { Prefer: "respond-async" },
};

interface Performance {
  readonly connection: Connection;
  readonly path: string;
  readonly request: Sent;
  readonly mode: Mode;
  readonly signal: AbortSignal;
  readonly webhookToken: string;
}

async function perform(store: Store, performance: Performance): Promise<void> {
  const { connection, request, mode, signal, webhookToken } = performance;
  // Listening begins before anybody can be told where to.
  const webhooks = mode === "async" ? await followWebhooks(store, webhookToken, signal) : undefined;
  const { path, method, headers, body } = request;
  const response = await askModel({ target: connection.target, path, method, headers, body, signal });
  const received = { status: response.status, headers: headersOf(response), body: undefined };
  store.dispatch({ type: "answered", response: received, at: Date.now() });
  if (!response.ok) {
    const copy = response.clone();
    store.dispatch({ type: "answer-read", body: await copy.text() });
    throw new Error(await refusalIn(response));
  }
  const isStream = response.headers.get("Content-Type")?.startsWith("text/event-stream") === true;
  if (isStream && response.body !== null) return await followStream(store, response.body, signal);
  const text = await response.text();
  store.dispatch({ type: "answer-read", body: text });
  const prediction = predictionIn(text);
  if (webhooks === undefined) return store.dispatch({ type: "ended", prediction, at: Date.now() });
  store.dispatch({ type: "looked", prediction, at: Date.now() });
  const look = { target: connection.target, path: `${performance.path}/${encodeURIComponent(prediction.id)}`, signal };
  await Promise.race([webhooks.ended, lookUntilEnded(store, look)]);
}

const LOOK_MS = 3_000;

/** Webhooks may have no way here. Servers of the reference cannot be asked, though: for them this never comes to an end. */
async function lookUntilEnded(
  store: Store,
  look: { target: string; path: string; signal: AbortSignal },
): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const response = isRunning(store.get().run) && !look.signal.aborted ? await askModel(look) : undefined;
    if (response === undefined) return;
    if (response.status !== 200) return await new Promise(() => {});
    store.dispatch({ type: "looked", prediction: predictionIn(await response.text()), at: Date.now() });
  }
}

async function followStream(store: Store, body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void> {
  for await (const { event, data } of readEvents(textOf(body))) {
    // What had arrived by then would be taken for the next run's.
    if (signal.aborted) return;
    // The server's own events: the name says which data it is.
    const streamed = { event, data: parseJson(data) } as unknown as StreamEvent;
    store.dispatch({ type: "streamed", event: streamed, data, at: Date.now() });
  }
  if (isRunning(store.get().run)) throw new Error("the stream ended before the prediction did");
}
