/** One prediction as metrics see it. */
import type { MetricPayload } from "@cog/core/wire";
import type { EndedPrediction, Observer, Submission } from "#predictions";
import type { RawValue } from "#raw-json";
import { bytesOf } from "#raw-json";
import type { PredictionInstruments } from "./prediction-instruments.ts";

export class PredictionMeter implements Observer {
  readonly trace = undefined;
  readonly #submission: Submission;
  readonly #instruments: PredictionInstruments;
  readonly #acceptedMs = performance.now();
  #startedMs = 0;
  #lastOutputMs = 0;
  /** Of the model's metrics that are exported: how each was recorded. */
  #modes: Map<string, MetricPayload["mode"]> | undefined;

  constructor(submission: Submission, instruments: PredictionInstruments) {
    this.#submission = submission;
    this.#instruments = instruments;
  }

  started(): void {
    const { source, inputText } = this.#submission;
    const { queueTime, inputBytes } = this.#instruments;
    this.#startedMs = performance.now();
    const waitedMs = this.#startedMs - this.#acceptedMs + (source?.kind === "redis" ? source.waitedMs : 0);
    queueTime.observe(waitedMs / 1000, source?.kind ?? "http");
    inputBytes.add(bytesOf(inputText));
  }

  preparing(): void {
    // Downloads are measured one by one.
  }

  running(): undefined {
    return undefined;
  }

  output(value: RawValue): void {
    if (value === "null") return;
    const { outputs, outputBytes, firstOutput, outputInterval } = this.#instruments;
    const now = performance.now();
    outputs.add(1);
    outputBytes.add(bytesOf(value));
    if (this.#lastOutputMs === 0) firstOutput.observe((now - this.#startedMs) / 1000);
    else outputInterval.observe((now - this.#lastOutputMs) / 1000);
    this.#lastOutputMs = now;
  }

  metric({ name, mode, value }: MetricPayload): void {
    if (value === null || !this.#instruments.model.has(name)) return;
    this.#modes ??= new Map();
    this.#modes.set(name, mode);
  }

  idle(): void {
    // What it still waits for is part of its duration.
  }

  ended(last: EndedPrediction): void {
    const { duration, model } = this.#instruments;
    this.#instruments.count(last, this.#submission.target.method);
    if (this.#startedMs > 0) duration.observe(last.seconds, last.status);
    if (this.#modes !== undefined) model.add(last.metrics, this.#modes);
  }
}
