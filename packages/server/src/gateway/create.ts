/** `POST /predictions`, `PUT /predictions/{id}`: as the model's own server answers them, from what workers tell in Redis. */
import { isDeepStrictEqual } from "node:util";
import { isJsonObject, jsonText, parseJson } from "@cog/core/json";
import type { EventEntry, KnownPrediction, Submission } from "@cog/core/queue";
import { hasEnded } from "@cog/core/queue";
import { JOB_MOST_BYTES } from "@cog/core/wire";
import type { Answer, Delivery, Envelope, Request } from "#http";
import {
  deliveryOf,
  EventStream,
  json,
  mustMatch,
  mustStream,
  newId,
  Refusal,
  readEnvelope,
  traceOf,
  tryLater,
  validated,
} from "#http";
import { exactInput, rawJson } from "#raw-json";
import { timestamp } from "#time";
import type { GatewayContext } from "./context.ts";

const MOST_WATCHERS = 1024;

export async function create(request: Request, context: GatewayContext): Promise<Answer> {
  const client = new Client(request);
  const body = await request.body();
  const envelope = readEnvelope(body.value);
  const delivery = deliveryOf(request);
  if (request.method === "PUT") {
    mustMatch("prediction", envelope, request.id);
    const known = await context.desk.look(request.id);
    if (known !== undefined && !hasEnded(known)) return again(known, delivery, { client, context });
  }
  const schema = await context.schema();
  if (delivery === "stream") mustStream("prediction", request, schema);
  const input = validated(envelope, schema?.predictions, context.onDropped);
  if (context.health.draining) throw new Refusal(json(503, { detail: "draining" }));
  const id = request.method === "PUT" ? request.id : (envelope.id ?? newId());
  const submission: Submission = {
    id,
    input: exactInput(input, body),
    createdAt: envelope.createdAt ?? timestamp(Date.now()),
    job: jobOf(envelope, request),
    mostWaiting: context.mostWaiting,
  };
  const submitted = await context.desk.submit(submission);
  switch (submitted.kind) {
    case "queued":
      return deliver({ id, delivery, waiting: submitted.waiting }, { client, context });
    case "known":
      return answerKnown(submitted.prediction, submission, { request, delivery, client, context });
    case "full":
      throw new Refusal(full(submitted.waiting));
    case "no-queue":
      throw new Refusal(
        tryLater(503, {
          error: `No worker has served the queue ${context.queueName} yet. GET /health-check for status.`,
          status: "failed",
        }),
      );
    case "too-large":
      throw new Refusal(
        json(413, {
          detail: `The prediction is ${submitted.bytes} bytes long, and a queue takes ${JOB_MOST_BYTES}. Upload its files and give their URLs.`,
        }),
      );
  }
}

interface Parts {
  readonly client: Client;
  readonly context: GatewayContext;
}

/** A client may go away before there is anything to take back. */
class Client {
  #gone = false;
  #onGone: () => void = () => undefined;

  constructor(request: Request) {
    request.onGone(() => {
      this.#gone = true;
      this.#onGone();
    });
  }

  onGone(callback: () => void): void {
    this.#onGone = callback;
    if (this.#gone) callback();
  }
}

function jobOf(envelope: Envelope, request: Request): Submission["job"] {
  const { webhook, webhookEvents, context, uploadUrl, putUrls } = envelope;
  return {
    ...(Object.keys(context).length > 0 && { context }),
    ...(webhook !== undefined && { webhook }),
    ...(webhookEvents !== undefined && { webhook_events_filter: webhookEvents }),
    ...(uploadUrl !== undefined && { output_file_prefix: uploadUrl }),
    ...(putUrls !== undefined && { upload: { put_urls: putUrls } }),
    ...traceOf(request),
  };
}

interface New {
  readonly id: string;
  readonly delivery: Delivery;
  /** Predictions before it that no worker has taken. */
  readonly waiting: number;
}

function deliver({ id, delivery, waiting }: New, parts: Parts): Answer | Promise<Answer> {
  switch (delivery) {
    case "async":
      return json(
        202,
        rawJson(`{"id":${JSON.stringify(id)},"status":"starting"}`),
        waiting === 0 ? undefined : { "X-Queue-Position": String(waiting + 1) },
      );
    case "stream":
      return streamNew(id, parts);
    case "sync":
      return answerWhenEnded(id, parts);
  }
}

function answerWhenEnded(id: string, { client, context }: Parts): Promise<Answer> {
  const { desk } = context;
  return new Promise((resolve) => {
    const following = desk.followNew(id, { cancelUnwatched: true });
    const leave = following.watch(({ event, data }) => {
      if (event === "completed") resolve(ended(data));
    });
    client.onGone(leave);
  });
}

/** As it was told; without the items of a prediction that failed or was canceled, which the reference leaves out, too. */
function ended(data: string): Answer {
  const last = parseJson(data);
  if (!isJsonObject(last) || last["status"] === "succeeded" || last["output"] === undefined) return json(200, data);
  const { output: _, ...rest } = last;
  return json(200, jsonText(rest));
}

function streamNew(id: string, { client, context }: Parts): Answer {
  const stream = new EventStream(context.streamKeepAliveMs);
  const following = context.desk.followNew(id, { cancelUnwatched: true });
  const leave = following.watch((entry) => relay(entry, stream, following));
  client.onGone(leave);
  return { kind: "stream", open: (response) => stream.open(response) };
}

/** Shows a prediction that is in flight already. */
function again(known: KnownPrediction, delivery: Delivery, { client, context }: Parts): Answer {
  if (delivery !== "stream") return json(202, known.json);
  if (context.desk.watchersOf(known.id) >= MOST_WATCHERS) return json(429, { error: "Too many stream subscribers" });
  return streamFromStart(known, { client, context });
}

function streamFromStart(known: KnownPrediction, { client, context }: Parts): Answer {
  const stream = new EventStream(context.streamKeepAliveMs);
  let isFirst = true;
  let isLost = false;
  const { following, leave } = context.desk.attach(known, (entry) => {
    // Redis keeps the newest of them.
    if (isFirst && entry.event !== "start" && entry.event !== "completed") {
      isLost = true;
      void context.desk.droppedEventsOf(known).then((dropped) => stream.truncated(dropped));
    }
    isFirst = false;
    if (!isLost) relay(entry, stream, following);
  });
  client.onGone(leave);
  return { kind: "stream", open: (response) => stream.open(response) };
}

/** `logs` is what an event of a stream calls `log`; `restart` is ours: what came before belongs to a worker that was lost. */
function relay({ event, data }: EventEntry, stream: EventStream, source: Parameters<EventStream["relay"]>[2]): void {
  if (event === undefined) return;
  stream.relay(event === "logs" ? "log" : event, data.replace(/[\r\n]/g, " "), source);
}

interface Retry extends Parts {
  readonly request: Request;
  readonly delivery: Delivery;
}

/** The id names a prediction already: whatever this one asks, the first is the one that counts. */
function answerKnown(prediction: KnownPrediction, submission: Submission, retry: Retry): Answer | Promise<Answer> {
  const { request, delivery, context } = retry;
  if (!hasEnded(prediction)) {
    // Another gateway was quicker by a moment.
    if (request.method === "PUT") return again(prediction, delivery, retry);
    const error = `The id ${prediction.id} is already in flight`;
    throw new Refusal(json(409, { error, status: "failed" }));
  }
  const first = parseJson(prediction.json);
  if (isJsonObject(first) && !isDeepStrictEqual(first["input"], parseJson(submission.input))) {
    context.log.warn("An id was used again for another input; answered with the first result", { id: prediction.id });
  }
  return delivery === "stream" ? streamEnded(prediction, context) : ended(prediction.json);
}

/** What is left of its events, or at least how it ended. */
async function streamEnded(prediction: KnownPrediction, { desk, streamKeepAliveMs }: GatewayContext): Promise<Answer> {
  const stream = new EventStream(streamKeepAliveMs);
  const entries = await desk.eventsOf(prediction);
  const isWhole = entries[0]?.event === "start" && entries.at(-1)?.event === "completed";
  const last: EventEntry = { at: "", event: "completed", data: prediction.json };
  const nobody = { watchers: 0, pause: () => false, resume: () => undefined };
  return {
    kind: "stream",
    open: (response) => {
      stream.open(response);
      for (const entry of isWhole ? entries : [last]) relay(entry, stream, nobody);
    },
  };
}

function full(waiting: number): Answer {
  return tryLater(429, { error: `At capacity - predictions that wait in the queue: ${waiting}`, status: "failed" });
}
