/** The last predictions that ended, for `GET /predictions/{id}`. Bounded in number and in size. */
import { lengthOf } from "#raw-json";
import type { EndedPrediction } from "./prediction.ts";

const MOST_PREDICTIONS = 256;
const MOST_CHARACTERS = 4 * 1024 * 1024;

export class History {
  readonly #ended = new Map<string, EndedPrediction>();
  #characters = 0;

  get(id: string): EndedPrediction | undefined {
    return this.#ended.get(id);
  }

  add(prediction: EndedPrediction): void {
    this.#remove(prediction.id);
    const size = sizeOf(prediction);
    if (size > MOST_CHARACTERS) return;
    this.#ended.set(prediction.id, prediction);
    this.#characters += size;
    for (const id of this.#ended.keys()) {
      if (this.#ended.size <= MOST_PREDICTIONS && this.#characters <= MOST_CHARACTERS) return;
      this.#remove(id);
    }
  }

  #remove(id: string): void {
    const old = this.#ended.get(id);
    if (old === undefined) return;
    this.#characters -= sizeOf(old);
    this.#ended.delete(id);
  }
}

function sizeOf(prediction: EndedPrediction): number {
  const output = prediction.status === "succeeded" ? lengthOf(prediction.output) : 0;
  return prediction.input.length + prediction.logs.length + prediction.items.length + output;
}
