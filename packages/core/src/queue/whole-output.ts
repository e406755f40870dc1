/**
 * Redis keeps about a thousand events of a prediction. A model that is quicker than its reader loses some of them, but no
 * output: what is missing between two items is in the snapshot of the result, and it is told from there. Pure.
 */
import { isJsonObject, type Json, jsonText, parseJson } from "@cog/core/json";
import type { EventEntry } from "./events.ts";

export class WholeOutput {
  /** The index of the item that is told next. */
  #next = 0;
  /** Entries behind a gap. */
  #held: EventEntry[] = [];

  /** Items are missing: `fill` has to be given a snapshot. */
  get isWaiting(): boolean {
    return this.#held.length > 0;
  }

  /** What can be told, now that this entry is here. */
  take(entry: EventEntry): readonly EventEntry[] {
    // What came before belongs to a worker that was lost.
    if (entry.event === "restart") {
      this.#next = 0;
      this.#held = [];
      return [entry];
    }
    if (this.isWaiting) {
      this.#held.push(entry);
      return entry.event === "completed" ? [...this.fill(entry.data), ...this.#held.splice(0)] : [];
    }
    if (entry.event !== "output") return [entry];
    const index = indexOf(entry);
    if (index < this.#next) return [];
    if (index > this.#next) {
      this.#held.push(entry);
      return [];
    }
    this.#next += 1;
    return [entry];
  }

  /** What can be told with a snapshot at hand. @param json with the items so far, or the whole output */
  fill(json: string): readonly EventEntry[] {
    const items = itemsOf(json);
    const told: EventEntry[] = [];
    for (;;) {
      const [behind] = this.#held;
      const end = behind === undefined ? 0 : indexOf(behind);
      if (behind === undefined || items.length < end) return told;
      for (; this.#next < end; this.#next += 1) {
        const data = `{"chunk":${jsonText(items[this.#next] ?? null)},"index":${this.#next}}`;
        told.push({ at: behind.at, event: "output", data });
      }
      for (const entry of this.#held.splice(0)) told.push(...this.take(entry));
    }
  }
}

/** The last member, as workers write it; else it has to be read as a whole. */
function indexOf({ data }: EventEntry): number {
  const [, digits] = /"index":(\d+)\}$/.exec(data) ?? [];
  if (digits !== undefined) return Number(digits);
  const value = parseJson(data);
  return isJsonObject(value) ? Number(value["index"]) : 0;
}

function itemsOf(json: string): readonly Json[] {
  const snapshot = parseJson(json);
  const output = isJsonObject(snapshot) ? snapshot["output"] : undefined;
  return Array.isArray(output) ? output : [];
}
