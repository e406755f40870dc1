/**
 * The last predictions that ended, for `GET /predictions/{id}`. Bounded in number and in size.
 *
 * Short ones are bytes that are written over again and again. As objects they would live long enough to become the kind of
 * garbage that V8 collects last, after megabytes of it, and cost more in moving than all of the prediction.
 */
import type { RawJson, RawValue } from "#raw-json";
import { lengthOf, textOf } from "#raw-json";
import type { EndedPrediction } from "./prediction.ts";
import { renderLast } from "./render.ts";

const MOST_PREDICTIONS = 256;
const SHORT_CHARACTERS = 16 * 1024;
/** All the long ones together. */
const MOST_CHARACTERS = 4 * 1024 * 1024;
const FIRST_BYTES = 512;

interface Place {
  id: string | undefined;
  bytes: Buffer;
  used: number;
  /** One that is long stays what it is. */
  long: RawValue | undefined;
}

export class History {
  /** A ring. A place whose prediction was too large says so, lest an older one of the same id be shown. */
  readonly #places: Place[] = [];
  #added = 0;
  #longCharacters = 0;

  /** What `renderSnapshot` says of it. */
  get(id: string): RawJson | undefined {
    for (let age = 1; age <= this.#places.length; age += 1) {
      const place = this.#place(this.#added - age);
      if (place.id === id) return textAt(place);
    }
    return undefined;
  }

  add(prediction: EndedPrediction): void {
    const place = this.#place(this.#added);
    this.#empty(place);
    this.#added += 1;
    place.id = prediction.id;
    const value = renderLast(prediction);
    const size = lengthOf(value);
    if (typeof value === "string" && size <= SHORT_CHARACTERS) write(value, place);
    else if (size <= MOST_CHARACTERS) this.#keepLong(value, size, place);
  }

  #place(number: number): Place {
    const index = number % MOST_PREDICTIONS;
    const known = this.#places[index];
    if (known !== undefined) return known;
    const place: Place = { id: undefined, bytes: Buffer.alloc(0), used: 0, long: undefined };
    this.#places[index] = place;
    return place;
  }

  #keepLong(value: RawValue, size: number, place: Place): void {
    this.#longCharacters += size;
    for (let age = this.#places.length; age > 1 && this.#longCharacters > MOST_CHARACTERS; age -= 1) {
      const old = this.#place(this.#added - age);
      if (old.long !== undefined) this.#empty(old);
    }
    place.long = value;
  }

  #empty(place: Place): void {
    if (place.long !== undefined) this.#longCharacters -= lengthOf(place.long);
    place.long = undefined;
    place.used = 0;
  }
}

function textAt({ long, bytes, used }: Place): RawJson | undefined {
  if (long !== undefined) return textOf(long);
  return used === 0 ? undefined : textOf([bytes.subarray(0, used)]);
}

function write(text: RawJson, place: Place): void {
  const size = Buffer.byteLength(text);
  if (size > place.bytes.length)
    place.bytes = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, 2 ** Math.ceil(Math.log2(size))));
  place.used = place.bytes.write(text);
}
