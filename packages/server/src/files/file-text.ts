/**
 * A file's data URL that is made while it is sent, so that an answer of any size takes little memory. The file is the server's
 * own (the worker has put it out of the model's reach) and stays until nobody holds it any more.
 */
import { constants } from "node:buffer";
import { readFileSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import type { OutputFile } from "@cog/core/wire";
import type { LongText } from "#raw-json";
import { mediaTypeOf } from "./media-types.ts";
import { removeLater } from "./temporary.ts";

/** Read at a time; a multiple of three, so that base64 can be cut here. */
export const PIECE_BYTES = 768 * 1024;

export class FileText implements LongText {
  readonly path: string;
  readonly length: number;
  readonly #head: string;
  readonly #size: number;
  /** The first is whoever made it. */
  #holders = 1;

  constructor({ path, name }: Pick<OutputFile, "path" | "name">, size: number) {
    this.path = path;
    this.#size = size;
    this.#head = `"data:${mediaTypeOf(name)};base64,`;
    this.length = this.#head.length + Math.ceil(size / 3) * 4 + 1;
  }

  hold(): void {
    this.#holders += 1;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) removeLater([this.path]);
  }

  async *read(): AsyncGenerator<Buffer> {
    const file = await open(this.path);
    try {
      yield Buffer.from(this.#head, "latin1");
      const piece = Buffer.allocUnsafeSlow(Math.min(this.#size, PIECE_BYTES));
      for (let at = 0; at < this.#size; at += piece.length) {
        const wanted = piece.subarray(0, this.#size - at);
        // Its length was announced: whoever reads must not take less for all of it.
        if ((await fill(wanted, file, at)) < wanted.length) throw new Error(`${this.path} became shorter`);
        yield Buffer.from(wanted.toString("base64"), "latin1");
      }
      yield Buffer.from('"');
    } finally {
      await file.close();
    }
  }

  toString(): string {
    if (this.length > constants.MAX_STRING_LENGTH) {
      throw new Error(`A file of ${this.#size} bytes is too large for one text: have output files uploaded`);
    }
    return `${this.#head}${readFileSync(this.path, "base64")}"`;
  }
}

/** A read may give less than was asked for. Returns the bytes that there were. */
export async function fill(piece: Buffer, file: FileHandle, position: number): Promise<number> {
  let filled = 0;
  while (filled < piece.length) {
    const { bytesRead } = await file.read(piece, filled, piece.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
