/**
 * Requests that a client sent ahead on one connection, one after the other: Node hands them all out at once, and then the
 * second of two predictions would find the slot taken by the first, whose answer has to leave before its own.
 */
import type { Socket } from "node:net";

export interface Turn {
  /** The answers before it are out. */
  start(): void;
  /** The connection went before that. */
  drop(): void;
}

export class Turns {
  /** Of each connection with a request at work, those behind it. */
  readonly #waiting = new WeakMap<Socket, readonly Turn[]>();

  /** Starts it now, or when all before it on this connection are done. */
  take(socket: Socket, turn: Turn): void {
    const waiting = this.#waiting.get(socket);
    if (waiting === undefined) {
      this.#waiting.set(socket, NOBODY);
      turn.start();
    } else this.#waiting.set(socket, [...waiting, turn]);
  }

  /** The answer to the request at work is out, or its connection is gone. */
  done(socket: Socket): void {
    const [next, ...rest] = this.#waiting.get(socket) ?? NOBODY;
    if (next === undefined) {
      this.#waiting.delete(socket);
    } else if (socket.destroyed) {
      this.#waiting.delete(socket);
      for (const turn of [next, ...rest]) turn.drop();
    } else {
      this.#waiting.set(socket, rest);
      next.start();
    }
  }
}

const NOBODY: readonly Turn[] = [];
