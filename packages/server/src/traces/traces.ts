/** Traces by OpenTelemetry. All of this room is loaded only when they are switched on. */

import { messageOf } from "@cog/core/errors";
import type { SetupReport } from "@cog/core/wire";
import type { Tracer } from "@opentelemetry/api";
import { DiagLogLevel, diag, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { setGlobalErrorHandler } from "@opentelemetry/core";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import type { SpanExporter } from "@opentelemetry/sdk-trace-base";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { OnTransfer } from "#files";
import type { Log } from "#log";
import type { Observe } from "#predictions";
import type { TraceSettings } from "#settings";
import type { OnSend } from "#webhooks";
import type { Supervisor } from "#workers";
import { PredictionSpans } from "./prediction-spans.ts";
import { contextOf, headersOf } from "./propagation.ts";

export interface TracesOptions {
  readonly settings: TraceSettings;
  /** How the model is called. */
  readonly model: string;
  readonly version: string;
  readonly log: Log;
}

/** A setup that has ended. `error`: why it failed. */
export interface EndedSetup {
  readonly setup: SetupReport;
  readonly preparation: Supervisor["preparation"];
  readonly error: string | undefined;
}

/** The log says the same once in this time. */
const COMPLAIN_EVERY_MS = 60_000;
/** So many different complaints are told apart. */
const MOST_COMPLAINTS = 50;

export async function startTraces({ settings, model, version, log }: TracesOptions): Promise<Traces> {
  complainTo(log);
  const named = resourceFromAttributes({ "service.name": model, "cog.version": version });
  const resource = defaultResource()
    .merge(named)
    .merge(detectResources({ detectors: [envDetector] }));
  const processor = new BatchSpanProcessor(await exporterFor(settings.protocol));
  return new Traces(new BasicTracerProvider({ resource, spanProcessors: [processor] }), { model, version });
}

/** Half of what both bring is theirs alone. */
async function exporterFor(protocol: TraceSettings["protocol"]): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === "http/json"
      ? await import("@opentelemetry/exporter-trace-otlp-http")
      : await import("@opentelemetry/exporter-trace-otlp-proto");
  return new OTLPTraceExporter();
}

/** Of a collector that is down, and of settings that cannot be used. */
function complainTo(log: Log): void {
  const told = new Map<string, number>();
  const complain = (message: string, error: string): void => {
    const now = performance.now();
    if (now - (told.get(error) ?? Number.NEGATIVE_INFINITY) < COMPLAIN_EVERY_MS) return;
    if (told.size >= MOST_COMPLAINTS) told.clear();
    told.set(error, now);
    log.warn(message, { error });
  };
  setGlobalErrorHandler((error) =>
    complain("traces could not be sent", typeof error === "string" ? error : messageOf(error)),
  );
  const warn = (message: string, ...rest: unknown[]): void =>
    complain("traces", [message, ...rest.map(messageOf)].join(" "));
  const nothing = (): void => undefined;
  diag.setLogger({ error: warn, warn, info: nothing, debug: nothing, verbose: nothing }, DiagLogLevel.WARN);
}

export class Traces {
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;
  readonly #model: string;

  constructor(provider: BasicTracerProvider, { model, version }: Pick<TracesOptions, "model" | "version">) {
    this.#provider = provider;
    this.#tracer = provider.getTracer("cog", version);
    this.#model = model;
  }

  readonly observe: Observe = (submission) => new PredictionSpans(submission, this.#tracer);

  readonly onTransfer: OnTransfer = ({ kind, trace: parent }) => {
    // What is downloaded is part of the span of the inputs.
    if (kind === "download") return () => undefined;
    const span = this.#tracer.startSpan("cog.prediction.upload", { kind: SpanKind.CLIENT }, contextOf(parent));
    return (result, error) => {
      span.setAttribute("cog.upload.result", result);
      if (result === "failed") {
        const message = messageOf(error);
        span.recordException({ name: "UploadFailed", message });
        span.setStatus({ code: SpanStatusCode.ERROR, message });
      }
      span.end();
    };
  };

  readonly onSend: OnSend = ({ event, predictionId, trace: parent }) => {
    const attributes = { "cog.webhook.event": event, "cog.prediction.id": predictionId };
    const span = this.#tracer.startSpan("cog.webhook", { kind: SpanKind.CLIENT, attributes }, contextOf(parent));
    return {
      headers: headersOf(span),
      ended: (outcome) => {
        span.setAttribute("cog.webhook.result", outcome);
        if (outcome !== "delivered") span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
        span.end();
      },
    };
  };

  setUp(ended: EndedSetup): void {
    const { error } = ended;
    const { from, to, steps } = timesOf(ended);
    const attributes = { "cog.model": this.#model, error: error !== undefined };
    const setup = this.#tracer.startSpan("cog.setup", { startTime: from, attributes }, ROOT_CONTEXT);
    for (const { name, from, to, isLast } of steps) {
      const span = this.#tracer.startSpan(name, { startTime: from }, trace.setSpan(ROOT_CONTEXT, setup));
      if (isLast && error !== undefined) {
        span.recordException({ name: "SetupFailed", message: error }, to);
        span.setStatus({ code: SpanStatusCode.ERROR, message: error });
      }
      span.end(to);
    }
    if (error !== undefined) setup.setStatus({ code: SpanStatusCode.ERROR, message: error });
    setup.end(to);
  }

  /** Sends what is left, within `patienceMs`. */
  async close(patienceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    // What could not be sent has been complained of.
    await Promise.race([this.#provider.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
  }
}

interface SetupStep {
  readonly name: string;
  readonly from: Date;
  readonly to: Date;
  /** An error is its. */
  readonly isLast: boolean;
}

function timesOf({ setup, preparation }: EndedSetup): { from: Date; to: Date; steps: readonly SetupStep[] } {
  const from = new Date(setup.started_at);
  const to = setup.completed_at === undefined ? new Date() : new Date(setup.completed_at);
  const wait = (until: Date, isLast: boolean) => ({ name: "cog.setup.weights_wait", from, to: until, isLast });
  const model = (since: Date) => ({ name: "cog.setup.model", from: since, to, isLast: true });
  if (preparation === undefined) return { from, to, steps: [model(from)] };
  if (preparation.doneAt === undefined) return { from, to, steps: [wait(to, true)] };
  const done = new Date(preparation.doneAt);
  return { from, to, steps: [wait(done, false), model(done)] };
}
