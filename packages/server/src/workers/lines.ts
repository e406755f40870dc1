/** Bytes in any cut → whole lines of text. */
import { StringDecoder } from "node:string_decoder";

/** A line that never ends is passed on in pieces of this size. */
const LONGEST_LINE = 1024 * 1024;

export class Lines {
  readonly #decoder = new StringDecoder("utf8");
  #partial = "";

  /** The lines that `chunk` completes, as one text; "" when there is none. */
  push(chunk: Buffer): string {
    const text = this.#partial + this.#decoder.write(chunk);
    const end = text.length > LONGEST_LINE ? text.length : text.lastIndexOf("\n") + 1;
    this.#partial = text.slice(end);
    return text.slice(0, end);
  }

  /** What is left without a newline. */
  rest(): string {
    const text = this.#partial;
    this.#partial = "";
    return text;
  }
}
