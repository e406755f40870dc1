/** What is too long to be held, on its way to a client that takes as much of it at a time as it can. */
import type { ServerResponse } from "node:http";
import type { Piece } from "#raw-json";
import { holdLong, readPieces } from "#raw-json";

interface Waiting {
  readonly pieces: readonly Piece[];
  readonly release: () => void;
}

export class LongWrites {
  readonly #waiting: Waiting[] = [];

  add(pieces: readonly Piece[]): void {
    this.#waiting.push({ pieces, release: holdLong(pieces) });
  }

  /** Writes all there is, and what is added meanwhile. Breaks the connection when something cannot be read any more. */
  async writeTo(response: ServerResponse): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        await write(next.pieces, response);
      } catch {
        response.destroy(); // The client has to see that this is not all.
      }
      next.release();
    }
  }
}

async function write(pieces: readonly Piece[], response: ServerResponse): Promise<void> {
  for await (const bytes of readPieces(pieces)) {
    if (response.destroyed) return;
    if (!response.write(bytes)) await untilWritable(response);
  }
}

function untilWritable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
