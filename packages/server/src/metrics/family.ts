/** A metric as data: what counters become at a scrape, and what is rendered. */

export type MetricType = "counter" | "gauge" | "histogram" | "summary";

export interface Described {
  /** Counters end in `_total`. */
  readonly name: string;
  readonly help: string;
}

export interface Family extends Described {
  readonly type: MetricType;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Appended to the name of the family: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
}

export function gauge(described: Described, samples: readonly Sample[]): Family {
  return { ...described, type: "gauge", samples };
}

/** The sample of a metric without labels. */
export function single(value: number): readonly Sample[] {
  return [{ value, labels: {} }];
}
