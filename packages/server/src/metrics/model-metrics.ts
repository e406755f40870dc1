/** Numbers that the model records (`record_metric`), of the names in COG_METRICS_EXPORT. */
import type { Json, JsonObject } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";
import type { MetricPayload } from "@cog/core/wire";
import type { Family } from "./family.ts";
import { Counter, Summary } from "./instruments.ts";

/** Names that are exported at most: each is a series that somebody stores. */
const MOST_NAMES = 50;

type Mode = MetricPayload["mode"];

export class ModelMetrics {
  /** What `record_metric` calls it → what it is called here. */
  readonly #names: ReadonlyMap<string, string>;
  /** The way in which a name is recorded first decides what it is. */
  readonly #exported = new Map<string, Counter | Summary>();

  /** @param names as the model records them, dots included */
  constructor(names: readonly string[]) {
    this.#names = new Map(names.slice(0, MOST_NAMES).map((name) => [name, `cog_model_${sanitized(name)}`]));
  }

  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Adds what one prediction has recorded: `modes` has the names, and how each was recorded. */
  add(metrics: JsonObject, modes: ReadonlyMap<string, Mode>): void {
    for (const [name, mode] of modes) {
      const value = valueAt(metrics, name);
      if (typeof value !== "number" || !Number.isFinite(value)) continue;
      const instrument = this.#instrument(name, mode);
      if (instrument instanceof Summary) instrument.observe(value);
      // A counter only rises.
      else if (value > 0) instrument?.add(value);
    }
  }

  collect(): readonly Family[] {
    return [...this.#exported.values()].map((instrument) => instrument.collect());
  }

  #instrument(name: string, mode: Mode): Counter | Summary | undefined {
    const exported = this.#names.get(name);
    if (exported === undefined) return undefined;
    const known = this.#exported.get(exported);
    if (known !== undefined) return known;
    const help = `What the model records as ${name}.`;
    const instrument =
      mode === "increment"
        ? new Counter({ name: `${exported.replace(/_total$/, "")}_total`, help })
        : new Summary({ name: exported, help });
    this.#exported.set(exported, instrument);
    return instrument;
  }
}

function sanitized(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, "_");
}

/** Dots in the name nest. */
function valueAt(metrics: JsonObject, name: string): Json | undefined {
  let value: Json | undefined = metrics;
  for (const key of name.split(".")) value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}
