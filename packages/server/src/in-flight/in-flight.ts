/**
 * What is under way, by its name.
 *
 * A Map that becomes empty again and again gets a new table from V8 each time, and each table keeps the next one in memory:
 * once one of them is old, so are all that follow, until the next great collection. A new Map has no such past.
 */
export class InFlight<Key, Value> {
  #map = new Map<Key, Value>();

  get size(): number {
    return this.#map.size;
  }

  has(key: Key): boolean {
    return this.#map.has(key);
  }

  get(key: Key): Value | undefined {
    return this.#map.get(key);
  }

  set(key: Key, value: Value): void {
    this.#map.set(key, value);
  }

  delete(key: Key): void {
    if (this.#map.size > 1) this.#map.delete(key);
    else if (this.#map.has(key)) this.#map = new Map();
  }

  clear(): void {
    this.#map = new Map();
  }

  values(): IterableIterator<Value> {
    return this.#map.values();
  }
}
