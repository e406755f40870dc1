/**
 * The large files of an answer go to disk while it arrives: as text, a few hundred megabytes would be in memory several
 * times over, and more than that is no text that JavaScript could hold. What stands in their place is a short data URL
 * that only `find` understands.
 */
import { randomUUID } from "node:crypto";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Transform } from "node:stream";

export interface LargeFile {
  readonly mediaType: string;
  readonly path: string;
  readonly sizeBytes: number;
}

/** Texts up to here stay in the answer. */
const LARGE_BYTES = 1024 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FILE = /^data:([^,;"\\]*)[^,"\\]{0,200};base64,/i;

export class LargeFiles {
  readonly #files = new Map<string, LargeFile>();
  /** No model could write it by accident. */
  readonly #mark = randomUUID();
  #directory: string | undefined;

  find(url: string): LargeFile | undefined {
    return this.#files.get(url);
  }

  /** To be put between a server's JSON, or events of JSON, and its reader. */
  reader(): Transform {
    const scanner = new Scanner((mediaType) => this.#open(mediaType));
    return new Transform({
      transform: (chunk: Buffer, _, done) => {
        try {
          done(null, Buffer.concat(scanner.push(chunk)));
        } catch (error) {
          done(error instanceof Error ? error : new Error(String(error)));
        }
      },
      flush: (done) => done(null, scanner.end()),
      destroy: (error, done) => {
        scanner.close();
        done(error);
      },
    });
  }

  close(): void {
    process.removeListener("exit", this.#remove);
    this.#remove();
  }

  #open(mediaType: string): Sink {
    const url = `data:${mediaType};cog-large=${this.#mark};base64,${this.#files.size}`;
    const path = join(this.#scratch(), String(this.#files.size));
    this.#files.set(url, { mediaType, path, sizeBytes: 0 });
    const sink = new Sink(path, (sizeBytes) => {
      this.#files.set(url, { mediaType, path, sizeBytes });
      return url;
    });
    return sink;
  }

  #scratch(): string {
    if (this.#directory === undefined) {
      this.#directory = mkdtempSync(join(tmpdir(), "cog-output-"));
      process.once("exit", this.#remove);
    }
    return this.#directory;
  }

  readonly #remove = (): void => {
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true });
    this.#directory = undefined;
  };
}

/** Base64 in pieces → a file. */
class Sink {
  readonly #file: number;
  readonly #done: (sizeBytes: number) => string;
  /** Up to three letters that are no whole bytes yet, or a backslash whose letter is still to come. */
  #rest = "";
  #sizeBytes = 0;

  constructor(path: string, done: (sizeBytes: number) => string) {
    this.#file = openSync(path, "w", 0o600);
    this.#done = done;
  }

  write(piece: Buffer): void {
    let text = this.#rest + piece.toString("latin1");
    // JSON may write `\/` for a slash; what else is escaped is white space between lines.
    if (text.includes("\\")) text = text.replaceAll(/\\(.)/g, (_, letter: string) => (letter === "/" ? "/" : ""));
    const whole = text.endsWith("\\") ? 0 : text.length - (text.length % 4);
    this.#rest = text.slice(whole);
    this.#put(text.slice(0, whole));
  }

  /** Returns what stands for the file. */
  end(): string {
    this.#put(this.#rest);
    this.close();
    return this.#done(this.#sizeBytes);
  }

  close(): void {
    closeSync(this.#file);
  }

  #put(text: string): void {
    const bytes = Buffer.from(text, "base64");
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    this.#sizeBytes += bytes.length;
  }
}

type Place =
  | { readonly name: "between" }
  /** In a text that may turn out to be a large file. */
  | { readonly name: "held"; readonly held: Buffer[]; length: number }
  | { readonly name: "text" }
  | { readonly name: "file"; readonly sink: Sink };

/** Finds the texts in JSON, however it is cut. */
class Scanner {
  readonly #open: (mediaType: string) => Sink;
  #place: Place = { name: "between" };
  /** The last byte was a backslash that escapes the next one. */
  #escaped = false;

  constructor(open: (mediaType: string) => Sink) {
    this.#open = open;
  }

  push(chunk: Buffer): Buffer[] {
    const out: Buffer[] = [];
    for (let at = 0; at < chunk.length; ) {
      const end = this.#place.name === "between" ? chunk.indexOf(QUOTE, at) : this.#endOfText(chunk, at);
      const isWhole = end >= 0;
      const piece = chunk.subarray(at, isWhole ? end : chunk.length);
      this.#take(piece, out);
      if (isWhole) this.#quote(out);
      at += piece.length + (isWhole ? 1 : 0);
    }
    return out;
  }

  /** What was held back: the answer broke off. */
  end(): Buffer {
    return this.#place.name === "held" ? Buffer.concat(this.#place.held) : Buffer.alloc(0);
  }

  close(): void {
    if (this.#place.name === "file") this.#place.sink.close();
    this.#place = { name: "between" };
  }

  #endOfText(chunk: Buffer, from: number): number {
    // Base64 has no backslashes, so this is all that is done for most of a file.
    const quote = chunk.indexOf(QUOTE, from);
    const backslash = chunk.indexOf(BACKSLASH, from);
    if (!this.#escaped && (backslash < 0 || (quote >= 0 && quote < backslash))) return quote;
    for (let at = from; at < chunk.length; at++) {
      if (this.#escaped) this.#escaped = false;
      else if (chunk[at] === BACKSLASH) this.#escaped = true;
      else if (chunk[at] === QUOTE) return at;
    }
    return -1;
  }

  #take(piece: Buffer, out: Buffer[]): void {
    if (piece.length === 0) return;
    const place = this.#place;
    if (place.name === "file") place.sink.write(piece);
    else if (place.name === "held") this.#hold(place, piece, out);
    else out.push(piece);
  }

  #hold(place: Extract<Place, { name: "held" }>, piece: Buffer, out: Buffer[]): void {
    place.held.push(piece);
    place.length += piece.length;
    if (place.length < LARGE_BYTES) return;
    const text = Buffer.concat(place.held);
    const head = FILE.exec(text.toString("latin1", 0, 400));
    if (head === null) {
      out.push(text);
      this.#place = { name: "text" };
      return;
    }
    const sink = this.#open(head[1] ?? "");
    this.#place = { name: "file", sink };
    sink.write(text.subarray(head[0].length));
  }

  #quote(out: Buffer[]): void {
    const place = this.#place;
    this.#place = place.name === "between" ? { name: "held", held: [], length: 0 } : { name: "between" };
    if (place.name === "held") out.push(...place.held);
    if (place.name === "file") out.push(Buffer.from(place.sink.end()));
    out.push(Buffer.from('"'));
  }
}
