/** `POST /predictions`, `PUT /predictions/{id}`, and the same for trainings. */
import type { JsonObject } from "@cog/core/json";
import { prefixProblem, urlProblems } from "#files";
import type { LivePrediction, Prediction, Submission } from "#predictions";
import { renderAccepted, renderAnswer } from "#predictions";
import type { RawValue } from "#raw-json";
import { exactInput } from "#raw-json";
import { timestamp } from "#time";
import type { Kind } from "../asking.ts";
import { deliveryOf, mustMatch, mustStream, traceOf, validated } from "../asking.ts";
import type { Context, ModelFunction } from "../context.ts";
import type { Envelope } from "../envelope.ts";
import { invalid, problem, readEnvelope } from "../envelope.ts";
import type { Answer, Request } from "../exchange.ts";
import { json, Refusal, rawAnswer, tryLater } from "../exchange.ts";
import { newId } from "../id.ts";
import { EventStream } from "../sse.ts";

export interface Endpoint {
  readonly kind: Kind;
  readonly calls: ModelFunction;
}

const MOST_WATCHERS = 1024;

export async function create(endpoint: Endpoint, request: Request, context: Context): Promise<Answer> {
  try {
    return await admit(endpoint, request, context);
  } catch (error) {
    if (error instanceof Refusal) context.onRejected(error.reason);
    throw error;
  }
}

async function admit({ kind, calls }: Endpoint, request: Request, context: Context): Promise<Answer> {
  const body = await request.body();
  const { reloading } = context.health;
  if (reloading !== undefined) await reloading;
  const envelope = readEnvelope(body.value);
  const delivery = deliveryOf(request);
  if (request.method === "PUT") {
    mustMatch(kind, envelope, request.id);
    const live = context.predictions.find(request.id);
    if (live !== undefined) return delivery === "stream" ? attach(live, context) : accepted(live, live.snapshot());
  }
  if (delivery === "stream") {
    // Without the schema nobody can tell; before READY the better answer is that it is not ready.
    if (kind === "prediction" && context.schema() === undefined) mustBeReady(context);
    mustStream(kind, request, context.schema());
  }
  const input = validated(envelope, calls.schema(), context.onDropped);
  mustBeReady(context);
  mustBegin(calls);
  mustBeUrls(input, calls, context);
  mustBeBelow(envelope, context);
  const id = request.method === "PUT" ? request.id : (envelope.id ?? newId());
  const submission: Submission = {
    id,
    target: calls,
    input,
    inputText: exactInput(input, body),
    context: envelope.context,
    trace: traceOf(request),
    createdAt: envelope.createdAt ?? timestamp(Date.now()),
    history: context.schema()?.streaming === true ? context.streamHistory : 0,
    uploadUrl: envelope.uploadUrl ?? context.uploadUrl,
    putUrls: envelope.putUrls,
    cancelUnwatched: delivery === "stream",
    patient: reloading !== undefined,
    source: { kind: "http", method: request.method, route: request.route },
  };
  const addWebhook = webhookOf(envelope, context);
  switch (delivery) {
    case "stream":
      return answerStream(submission, addWebhook, context);
    case "async":
      return accepted(submit(submission, addWebhook, context), renderAccepted(id));
    case "sync":
      return answerWhenEnded(submission, addWebhook, { request, context });
  }
}

type Attach = (live: LivePrediction) => void;

function answerWhenEnded(
  submission: Submission,
  addWebhook: Attach,
  { request, context }: { readonly request: Request; readonly context: Context },
): Promise<Answer> {
  return new Promise((resolve) => {
    const live = submit(
      submission,
      (fresh) => {
        addWebhook(fresh);
        fresh.feed.onEnd((last) => resolve(fresh.gaveUp === undefined ? ended(last) : atCapacity(fresh.gaveUp)));
      },
      context,
    );
    request.onGone(() => live.cancel());
  });
}

function ended(last: Prediction): Answer {
  return rawAnswer(200, renderAnswer(last));
}

/** It was not run: the queue had no room, or it waited there for too long. */
function atCapacity(error: string): Answer {
  return tryLater(409, { error, status: "failed" });
}

/** The body says what it says in Cog; the place in the queue is ours, and in a header. */
function accepted({ ticket }: LivePrediction, body: RawValue): Answer {
  return rawAnswer(202, body, ticket === undefined ? undefined : { "X-Queue-Position": String(ticket.position) });
}

function answerStream(submission: Submission, addWebhook: Attach, context: Context): Answer {
  const stream = new EventStream(context.streamKeepAliveMs);
  let leave = (): void => undefined;
  submit(
    submission,
    (live) => {
      addWebhook(live);
      leave = live.watch((event, now) => stream.send(event, now, live));
    },
    context,
  );
  return {
    kind: "stream",
    open: (response) => {
      stream.open(response);
      response.on("close", leave);
    },
  };
}

/** Shows a prediction that is already running. */
function attach(live: LivePrediction, context: Context): Answer {
  if (live.watchers >= MOST_WATCHERS) return json(429, { error: "Too many stream subscribers" });
  return {
    kind: "stream",
    open: (response) => {
      const stream = new EventStream(context.streamKeepAliveMs);
      stream.open(response);
      if (!stream.replay(live.feed.replay(), live.now)) return;
      response.on(
        "close",
        live.watch((event, now) => stream.send(event, now, live)),
      );
    },
  };
}

function submit(submission: Submission, attachTo: Attach, { predictions }: Context): LivePrediction {
  const live = predictions.submit(submission, attachTo);
  if (live === "full") {
    throw new Refusal(atCapacity("At capacity - all prediction slots busy"), "busy");
  }
  if (live === "taken") {
    throw new Refusal(json(409, { error: `The id ${submission.id} is already in flight`, status: "failed" }));
  }
  return live;
}

function mustBeReady({ health }: Context): void {
  if (health.draining) throw new Refusal(json(503, { detail: "draining" }), "draining");
  const state = health.state;
  if (state === "READY" || state === "BUSY") return;
  const error = "Setup has not finished yet. Wait until it has finished, or GET /health-check for status.";
  const body = { error, status: "failed" };
  if (state === "STARTING") throw new Refusal(tryLater(503, body), "starting");
  throw new Refusal(json(503, body), "unavailable");
}

function mustBegin(calls: ModelFunction): void {
  const error = calls.begin();
  if (error !== undefined) throw new Refusal(json(503, { error, status: "failed" }), "unavailable");
}

function mustBeUrls(input: JsonObject, calls: ModelFunction, context: Context): void {
  const problems = urlProblems(input, calls.fileInputs(), context.inputRules);
  if (problems.length > 0) throw invalid(problems);
}

function mustBeBelow({ uploadUrl }: Envelope, context: Context): void {
  const wrong = prefixProblem(uploadUrl, context.uploadUrl);
  if (wrong !== undefined) throw invalid([problem(["output_file_prefix"], wrong)]);
}

function webhookOf({ webhook: url, webhookEvents: filter }: Envelope, { webhooks }: Context): Attach {
  if (url === undefined) return () => undefined;
  return (live) => void live.feed.subscribe(webhooks.subscriber({ url, filter, trace: live.trace ?? {} }));
}
