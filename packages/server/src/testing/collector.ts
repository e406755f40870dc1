/** A receiver of traces by OTLP over HTTP, as protobuf (which OpenTelemetry's own package for Python decodes) and as JSON. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { inject } from "vitest";
import type { Received } from "./receiver.ts";
import { Receiver } from "./receiver.ts";

const DECODE = `
import base64, sys
from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
for line in sys.stdin:
    request = ExportTraceServiceRequest.FromString(base64.b64decode(line))
    print(MessageToJson(request, indent=None))
`;

type AttributeValue = string | number | boolean;

export interface CollectedSpan {
  readonly name: string;
  readonly trace: string;
  readonly id: string;
  /** "" for the first of its trace. */
  readonly parent: string;
  readonly kind: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, AttributeValue>> }[];
  readonly error: string | undefined;
  readonly resource: Readonly<Record<string, AttributeValue>>;
}

export class Collector {
  readonly #receiver: Receiver;
  readonly #read = new Map<Received, readonly CollectedSpan[]>();

  private constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  static async start(): Promise<Collector> {
    return new Collector(await Receiver.start());
  }

  get url(): string {
    return this.#receiver.url;
  }

  /** Content types of what came. */
  get types(): readonly string[] {
    return [...new Set(this.#receiver.received.map(({ headers }) => headers["content-type"] ?? ""))];
  }

  /** All that came so far. */
  spans(): readonly CollectedSpan[] {
    for (const request of this.#receiver.received) {
      if (!this.#read.has(request)) this.#read.set(request, spansOf(request));
    }
    return [...this.#read.values()].flat();
  }

  close(): void {
    this.#receiver.close();
  }
}

interface Attribute {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly intValue?: string | number;
    readonly doubleValue?: number;
    readonly boolValue?: boolean;
  };
}

interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly ExportedSpan[] }[];
  }[];
}

interface ExportedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: string | number;
  readonly attributes?: readonly Attribute[];
  readonly events?: readonly { readonly name: string; readonly attributes?: readonly Attribute[] }[];
  readonly status?: { readonly code?: string | number; readonly message?: string };
}

function spansOf({ bytes, body, headers }: Received): readonly CollectedSpan[] {
  const json = headers["content-type"] === "application/json";
  const exported: Exported = JSON.parse(json ? body : decoded(bytes));
  // JSON made from protobuf has ids as base64 and names of numbers.
  const id = (text = ""): string => (json ? text : Buffer.from(text, "base64").toString("hex"));
  return exported.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        name: span.name,
        trace: id(span.traceId),
        id: id(span.spanId),
        parent: id(span.parentSpanId),
        kind: String(span.kind),
        attributes: valuesOf(span.attributes),
        events: (span.events ?? []).map(({ name, attributes }) => ({ name, attributes: valuesOf(attributes) })),
        error: span.status?.message,
        resource: valuesOf(resource.attributes),
      })),
    ),
  );
}

function decoded(bytes: Buffer): string {
  const python = join(inject("pythonTools"), "python");
  return execFileSync(python, ["-c", DECODE], { input: `${bytes.toString("base64")}\n`, encoding: "utf8" });
}

function valuesOf(attributes: readonly Attribute[] = []): Record<string, AttributeValue> {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue, doubleValue, boolValue } }) => [
      key,
      stringValue ?? boolValue ?? Number(intValue ?? doubleValue),
    ]),
  );
}
