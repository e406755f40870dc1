/** Between the headers of W3C Trace Context, which is how a trace travels here, and OpenTelemetry's own context. */

import type { TraceContext } from "@cog/core/wire";
import type { Context, Span } from "@opentelemetry/api";
import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";

const propagator = new W3CTraceContextPropagator();

/** What begins with this belongs to `headers`; to nothing when they are none, or not what they should be. */
export function contextOf(headers: Partial<TraceContext> | undefined): Context {
  return headers === undefined ? ROOT_CONTEXT : propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
}

/** What carries `span` on. */
export function headersOf(span: Span): TraceContext {
  const headers: Record<string, string> = {};
  propagator.inject(trace.setSpan(ROOT_CONTEXT, span), headers, defaultTextMapSetter);
  const { traceparent = "", tracestate } = headers;
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate };
}
