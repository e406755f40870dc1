/** Waits for the weights that somebody else brings (or fetches them first), so that no model starts without its files. */
import { setTimeout as delay } from "node:timers/promises";
import { CogError } from "@cog/core/errors";
import type { WeightSettings } from "#settings";
import { type Fetching, type FetchOptions, startFetch } from "./fetch.ts";
import type { NeededWeight } from "./image-weights.ts";
import { readImageWeights } from "./image-weights.ts";
import { type Arrival, arrivalOf } from "./markers.ts";

export interface WeightsOptions extends FetchOptions {
  readonly settings: WeightSettings;
}

const POLL_MS = 250;

export class Weights {
  readonly #options: WeightsOptions;
  readonly #read: () => readonly NeededWeight[];
  #arriving: Promise<void> | undefined;
  #fetching: Fetching | undefined;

  private constructor(options: WeightsOptions, read: () => readonly NeededWeight[]) {
    this.#options = options;
    this.#read = read;
  }

  /** Undefined where the image says nothing of weights: then there is nothing to wait for. */
  static of(options: WeightsOptions): Weights | undefined {
    try {
      const needed = readImageWeights(options.settings.file);
      return needed === undefined || needed.length === 0 ? undefined : new Weights(options, () => needed);
    } catch (error) {
      return new Weights(options, () => {
        throw error;
      });
    }
  }

  /** Resolves when all of them are there, once for everybody who asks. @throws CogError saying why one will not come */
  async arrived(): Promise<void> {
    this.#arriving ??= this.#arrive().catch((error: unknown) => {
      // Whoever loads the model again gets another attempt.
      this.#arriving = undefined;
      throw error;
    });
    await this.#arriving;
  }

  /** What is fetched is not wanted any more. */
  close(): void {
    this.#fetching?.kill();
  }

  async #arrive(): Promise<void> {
    const needed = this.#read();
    const failure = this.#options.settings.fetch ? await this.#fetch() : undefined;
    if (failure !== undefined) throw new CogError("weights.failed", failure);
    await Promise.all(needed.map(async (weight) => await this.#wait(weight)));
  }

  async #fetch(): Promise<string | undefined> {
    this.#fetching = startFetch(this.#options);
    try {
      return await this.#fetching.ended;
    } finally {
      this.#fetching = undefined;
    }
  }

  async #wait({ name, target }: NeededWeight): Promise<void> {
    const { log, settings } = this.#options;
    const { timeoutMs = Number.POSITIVE_INFINITY } = settings;
    const began = performance.now();
    for (let told = false; ; told = true) {
      const arrival: Arrival = await arrivalOf(target);
      switch (arrival.state) {
        case "ready":
          return;
        case "failed":
          throw new CogError("weights.failed", arrival.reason || `weight "${name}" could not be brought to ${target}`);
        case "absent":
          if (performance.now() - began < timeoutMs) break;
          throw new CogError(
            "weights.absent",
            `weight "${name}" is not at ${target}, and nobody began to bring it within ${timeoutMs / 1000} s ` +
              "(COG_WEIGHTS_TIMEOUT). Mount it there, or fetch it: COG_WEIGHTS_FETCH=1",
          );
        case "downloading":
          break;
      }
      if (!told) log.info("waiting for weights", { name, target });
      // Nothing keeps a server up that has been told to stop.
      await delay(POLL_MS, undefined, { ref: false });
    }
  }
}
