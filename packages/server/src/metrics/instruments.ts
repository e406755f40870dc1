/**
 * What observations go into: a few numbers each, since predictions wait for them. They become text only at a scrape, and
 * the library that writes it is loaded only then.
 */
import type { Described, Family, Sample } from "./family.ts";

type Labels = Readonly<Record<string, string>>;

/** Stands between label values in a key; no value of ours has it. */
const SEPARATOR = "\n";

abstract class Instrument<State> {
  readonly #described: Described;
  readonly #names: readonly string[];
  readonly #states = new Map<string, State>();

  /**
   * @param names of the labels, in the order in which observations give their values
   * @param known values that are shown as zero before they are seen, lest their first rise be missed
   */
  constructor(described: Described, names: readonly string[] = [], known: readonly (readonly string[])[] = []) {
    this.#described = described;
    this.#names = names;
    for (const values of names.length === 0 ? [[]] : known) this.at(values.join(SEPARATOR));
  }

  abstract readonly type: Family["type"];
  protected abstract fresh(): State;
  protected abstract samplesOf(state: State, labels: Labels): readonly Sample[];

  /** A series without labels, or of all label values joined. */
  protected at(key: string): State {
    let state = this.#states.get(key);
    if (state === undefined) {
      state = this.fresh();
      this.#states.set(key, state);
    }
    return state;
  }

  collect(): Family {
    const samples: Sample[] = [];
    for (const [key, state] of this.#states) {
      const values = key.split(SEPARATOR);
      const labels = Object.fromEntries(this.#names.map((name, index) => [name, values[index] ?? ""]));
      samples.push(...this.samplesOf(state, labels));
    }
    return { ...this.#described, type: this.type, samples };
  }
}

export class Counter extends Instrument<{ value: number }> {
  readonly type = "counter";

  add(amount: number, ...values: readonly string[]): void {
    this.at(values.length === 1 ? (values[0] ?? "") : values.join(SEPARATOR)).value += amount;
  }

  protected fresh() {
    return { value: 0 };
  }

  protected samplesOf({ value }: { value: number }, labels: Labels): readonly Sample[] {
    return [{ value, labels }];
  }
}

/** Seconds, from the quickest answer to the longest training. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800];
/** As parsers of OpenMetrics want them: `1.0`. */
const LIMITS = [...BUCKETS.map((limit) => (Number.isInteger(limit) ? `${limit}.0` : String(limit))), "+Inf"];

interface Distribution {
  /** Observations in each bucket; the last one has no limit. */
  readonly counts: Float64Array;
  sum: number;
}

export class Histogram extends Instrument<Distribution> {
  readonly type = "histogram";

  observe(seconds: number, ...values: readonly string[]): void {
    const state = this.at(values.length === 1 ? (values[0] ?? "") : values.join(SEPARATOR));
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > (BUCKETS[bucket] ?? 0)) bucket += 1;
    state.counts[bucket] = (state.counts[bucket] ?? 0) + 1;
    state.sum += seconds;
  }

  protected fresh(): Distribution {
    return { counts: new Float64Array(LIMITS.length), sum: 0 };
  }

  protected samplesOf({ counts, sum }: Distribution, labels: Labels): readonly Sample[] {
    let count = 0;
    const buckets = LIMITS.map((le, index) => {
      count += counts[index] ?? 0;
      return { value: count, labels: { le, ...labels }, suffix: "_bucket" };
    });
    return [...buckets, { value: sum, labels, suffix: "_sum" }, { value: count, labels, suffix: "_count" }];
  }
}

/** Sum and count of any numbers. */
export class Summary extends Instrument<{ sum: number; count: number }> {
  readonly type = "summary";

  observe(value: number): void {
    const state = this.at("");
    state.sum += value;
    state.count += 1;
  }

  protected fresh() {
    return { sum: 0, count: 0 };
  }

  protected samplesOf({ sum, count }: { sum: number; count: number }, labels: Labels): readonly Sample[] {
    return [
      { value: sum, labels, suffix: "_sum" },
      { value: count, labels, suffix: "_count" },
    ];
  }
}
