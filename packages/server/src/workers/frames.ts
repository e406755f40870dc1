/** Frames of `core/wire/worker.ts` as bytes: writing ours, cutting and reading the worker's. Pure. */
import { FRAME_FLAGS, FRAME_HEADER_BYTES, FRAME_KINDS } from "@cog/core/wire";

export interface Frame {
  readonly kind: number;
  readonly flags: number;
  readonly sequence: number;
  readonly body: Buffer;
}

export interface LogPart {
  readonly source: "stdout" | "stderr";
  readonly text: string;
}

/** A payload behind its logs. */
export interface LoggedPayload {
  readonly logs: readonly LogPart[];
  readonly payload: Buffer;
}

const LENGTH_BYTES = 4;
const STDERR = 2;
const NO_LOGS: readonly LogPart[] = [];

export function encodeFrame(kind: number, sequence: number, payload = "", flags = 0): Buffer {
  const size = Buffer.byteLength(payload);
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + size);
  frame.writeUInt32LE(FRAME_HEADER_BYTES - LENGTH_BYTES + size, 0);
  frame[4] = kind;
  frame[5] = flags;
  frame.writeUInt32LE(sequence, 6);
  frame.write(payload, FRAME_HEADER_BYTES);
  return frame;
}

/** Cuts a byte stream into frames. Bodies are views of the received chunks where possible: use them in the same turn. */
export class FrameCutter {
  #parts: Buffer[] = [];
  #have = 0;
  /** Bytes of the frame at the head of the parts, 0 while its length is unknown. */
  #need = 0;

  /** Calls `use` for every frame that `chunk` completes. */
  push(chunk: Buffer, use: (frame: Frame) => void): void {
    let rest = chunk;
    if (this.#have > 0) {
      this.#parts.push(chunk);
      this.#have += chunk.length;
      if (this.#have < Math.max(this.#need, LENGTH_BYTES)) return;
      rest = Buffer.concat(this.#parts, this.#have);
      this.#parts = [];
      this.#have = 0;
    }
    let at = 0;
    this.#need = 0;
    while (rest.length - at >= LENGTH_BYTES) {
      const end = at + LENGTH_BYTES + rest.readUInt32LE(at);
      if (end > rest.length) {
        this.#need = end - at;
        break;
      }
      use(readFrame(rest, at, end));
      at = end;
    }
    if (at === rest.length) return;
    this.#parts.push(at === 0 ? rest : rest.subarray(at));
    this.#have = rest.length - at;
  }
}

function readFrame(bytes: Buffer, at: number, end: number): Frame {
  return {
    kind: bytes[at + 4] ?? 0,
    flags: bytes[at + 5] ?? 0,
    sequence: bytes.readUInt32LE(at + 6),
    body: bytes.subarray(at + FRAME_HEADER_BYTES, end),
  };
}

/** The body of output, done, failed and canceled. */
export function readLogged(body: Buffer): LoggedPayload {
  const end = LENGTH_BYTES + body.readUInt32LE(0);
  const logs = end === LENGTH_BYTES ? NO_LOGS : readLogs(body.subarray(LENGTH_BYTES, end));
  return { logs, payload: body.subarray(end) };
}

/** ( source · length · UTF-8 )* */
export function readLogs(bytes: Buffer): readonly LogPart[] {
  const parts: LogPart[] = [];
  let at = 0;
  while (at + 5 <= bytes.length) {
    const source = bytes[at] === STDERR ? "stderr" : "stdout";
    const end = at + 5 + bytes.readUInt32LE(at + 1);
    parts.push({ source, text: bytes.toString("utf8", at + 5, end) });
    at = end;
  }
  return parts;
}

export function hasFlag(frame: Frame, flag: keyof typeof FRAME_FLAGS): boolean {
  return (frame.flags & FRAME_FLAGS[flag]) !== 0;
}

export { FRAME_FLAGS, FRAME_KINDS };
