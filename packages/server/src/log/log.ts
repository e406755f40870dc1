/**
 * The container log on stderr: lines of the server, and every line of the model verbatim. Written without a library:
 * a general logger costs start-up time and cannot keep the field names that readers of Cog's logs know.
 * Lines of a few milliseconds leave in one write; a reader that stands still costs lines (counted), never the event loop.
 */
import { write, writeSync } from "node:fs";
import { withoutSecrets } from "@cog/core/redact";
import type { TraceContext } from "@cog/core/wire";
import type { LogLevel, LogSettings } from "#settings";

const LEVELS: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const STDERR = 2;
/** What may wait for a reader, beside the chunk that is being written. What comes when there is more is dropped whole. */
const MOST_PENDING_CHARACTERS = 1024 * 1024;
const RETRY_MS = 10;
/** Lines of this long leave in one write. */
const GATHER_MS = 5;
/** What cannot stand in a JSON string as it is; the ends of lines are not part of the strings. */
const NEEDS_ESCAPES = /[^\n -!#-[\]-\ud7ff\ue000-\uffff]/;

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ModelOutput {
  readonly source: "stdout" | "stderr";
  /** Whole lines. */
  readonly text: string;
  /** Undefined: setup, or output outside any prediction. */
  readonly prediction: LoggedPrediction | undefined;
}

export interface LoggedPrediction {
  readonly id: string;
  readonly trace: TraceContext | undefined;
  /** The queue that it came from, if any. */
  readonly queue: string | undefined;
}

export class Log {
  readonly #settings: LogSettings;
  #pending = "";
  #dropped = 0;
  #writing: Buffer | undefined;
  #scheduled = false;
  #idle: (() => void)[] = [];
  /** Of every line: `,"model":"…"`. */
  readonly #common: string;

  constructor(settings: LogSettings) {
    this.#settings = settings;
    this.#common = settings.model === undefined ? "" : `,"model":${JSON.stringify(settings.model)}`;
  }

  debug(message: string, fields?: LogFields): void {
    this.#line("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#line("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#line("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#line("error", message, fields);
  }

  /** Passes on what the model wrote, whatever the level. */
  model({ source, text, prediction }: ModelOutput): void {
    if (this.#settings.format === "console" || this.#settings.rawModelLines) {
      this.#push(text.endsWith("\n") ? text : `${text}\n`);
      return;
    }
    const time = now();
    const of = prediction === undefined ? "" : fieldsOf(prediction);
    const origin = source === "stdout" ? "Stdout" : "Stderr";
    const target = prediction === undefined ? "cog::model" : "cog::prediction";
    const head = `{"timestamp":"${time}","level":"INFO","fields":{"message":"`;
    const tail = `"${of},"source":"${origin}"${this.#common}},"target":"${target}"}\n`;
    const lines = text.endsWith("\n") ? text.slice(0, -1) : text;
    // A line is mostly plain text, which needs no look at each of its characters.
    const messages = NEEDS_ESCAPES.test(lines) ? escapedLines(lines) : lines;
    this.#push(`${head}${messages.split("\n").join(tail + head)}${tail}`);
  }

  /** Resolves when everything logged so far has been handed to the system. */
  flush(): Promise<void> {
    if (this.#pending === "" && this.#writing === undefined) return Promise.resolve();
    this.#start();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** For the last words before an immediate exit. */
  flushNow(): void {
    const rest = Buffer.concat([this.#writing ?? Buffer.alloc(0), Buffer.from(this.#pending)]);
    this.#writing = undefined;
    this.#pending = "";
    try {
      writeSync(STDERR, rest);
    } catch {
      // Nobody reads the log any more; there is nowhere left to say so.
    }
  }

  #line(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (LEVELS[level] < LEVELS[this.#settings.level]) return;
    this.#push(this.#record(level, message, fields));
  }

  #record(level: LogLevel, message: string, fields: LogFields): string {
    const name = level.toUpperCase();
    if (this.#settings.format === "console") {
      const extra = Object.entries(fields).map(([field, value]) => (value === undefined ? "" : ` ${field}=${value}`));
      return `${now()} ${name.padEnd(5)} ${withoutSecrets(`${message}${extra.join("")}`)}\n`;
    }
    const cut = (_field: string, value: unknown): unknown =>
      typeof value === "string" ? withoutSecrets(value) : value;
    const own = JSON.stringify({ message, ...fields }, cut).slice(0, -1);
    return `{"timestamp":"${now()}","level":"${name}","fields":${own}${this.#common}},"target":"cog::server"}\n`;
  }

  #push(lines: string): void {
    if (this.#pending.length > MOST_PENDING_CHARACTERS) {
      this.#dropped += 1;
      return;
    }
    this.#pending += lines;
    if (this.#scheduled || this.#writing !== undefined) return;
    this.#scheduled = true;
    setTimeout(() => this.#start(), GATHER_MS);
  }

  #start(): void {
    this.#scheduled = false;
    if (this.#writing !== undefined) return;
    if (this.#dropped > 0) {
      const message = `${this.#dropped} log writes dropped: nobody reads stderr fast enough`;
      this.#pending += this.#record("warn", message, { dropped: this.#dropped });
      this.#dropped = 0;
    }
    if (this.#pending === "") {
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#writing = Buffer.from(this.#pending);
    this.#pending = "";
    this.#writeRest();
  }

  #writeRest(): void {
    const chunk = this.#writing;
    if (chunk === undefined) return;
    write(STDERR, chunk, 0, chunk.length, null, (error, written) => {
      if (this.#writing !== chunk) return;
      if (error?.code === "EAGAIN") {
        setTimeout(() => this.#writeRest(), RETRY_MS);
        return;
      }
      // Any other error means that the log has no reader any more: the rest of the chunk is gone.
      this.#writing = error || written === chunk.length ? undefined : chunk.subarray(written);
      if (this.#writing === undefined) this.#start();
      else this.#writeRest();
    });
  }
}

/** RFC 3339, to the microsecond. */
function now(): string {
  const microseconds = Math.round((performance.timeOrigin + performance.now()) * 1000);
  const text = new Date(Math.floor(microseconds / 1000)).toISOString();
  return `${text.slice(0, -1)}${String(microseconds % 1000).padStart(3, "0")}Z`;
}

function fieldsOf({ id, trace, queue }: LoggedPrediction): string {
  const { trace_id, span_id } = traceFields(trace);
  const of = `,"prediction_id":${JSON.stringify(id)}`;
  const traced = trace_id === undefined ? "" : `,"trace_id":"${trace_id}","span_id":"${span_id}"`;
  return `${of}${traced}${queue === undefined ? "" : `,"queue":${JSON.stringify(queue)}`}`;
}

const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-/;

/** What names a trace in a log; nothing when there is none, or what the client sent is none. */
export function traceFields(trace: Partial<TraceContext> | undefined): { trace_id?: string; span_id?: string } {
  const [, trace_id, span_id] = TRACE_PARENT.exec(trace?.traceparent ?? "") ?? [];
  return trace_id === undefined || span_id === undefined ? {} : { trace_id, span_id };
}

function escapedLines(lines: string): string {
  return lines
    .split("\n")
    .map((line) => JSON.stringify(line).slice(1, -1))
    .join("\n");
}
