/** The model's schema, as its workers publish it in Redis: looked for again and again, since a new model may come. */
import { messageOf } from "@cog/core/errors";
import type { Queue } from "@cog/core/queue";
import type { Log } from "#log";
import type { Schema } from "#schema";
import { schemaFromText } from "#schema";
import type { Connection } from "./connection.ts";

const AGAIN_MS = 3000;

export interface PublishedSchemaOptions {
  readonly queue: Queue;
  readonly commands: Connection;
  /** Whether file inputs may be plain paths. */
  readonly localPaths: boolean;
  readonly log: Log;
}

export class PublishedSchema {
  /** Undefined while no worker has published one. */
  now: Schema | undefined;
  readonly #options: PublishedSchemaOptions;
  readonly #timer: NodeJS.Timeout;
  #text: string | undefined;
  #looking: Promise<void> | undefined;
  #wasFound = false;

  constructor(options: PublishedSchemaOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#look(), AGAIN_MS);
    void options.commands.ready().then(() => this.#look());
  }

  /** What a request is checked against: while none is known, it is looked for. */
  async whenAsked(): Promise<Schema | undefined> {
    if (!this.#wasFound) await this.#look();
    return this.now;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #read(): Promise<void> {
    const { queue, localPaths, log } = this.#options;
    let text: unknown;
    try {
      text = await queue.call("GET", queue.keys.schema);
    } catch {
      return; // Redis is away, which is told elsewhere: what is known stays known.
    }
    if (typeof text !== "string" || text === this.#text) return;
    this.#text = text;
    this.#wasFound = true;
    try {
      this.now = await schemaFromText(text, { mode: "predict", trains: false, localPaths });
      log.info("schema of the model found");
    } catch (error) {
      this.now = undefined;
      log.warn(`The schema in ${queue.keys.schema} cannot be used, inputs are not checked: ${messageOf(error)}`);
    }
  }
}
