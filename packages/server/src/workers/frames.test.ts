import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Frame } from "./frames.ts";
import { encodeFrame, FRAME_FLAGS, FRAME_KINDS, FrameCutter, hasFlag, readLogged, readLogs } from "./frames.ts";

interface Row {
  readonly name: string;
  readonly hex: string;
  readonly frame: {
    readonly kind: keyof typeof FRAME_KINDS;
    readonly sequence: number;
    readonly flags: readonly (keyof typeof FRAME_FLAGS)[];
    readonly payload?: string;
    readonly logs?: readonly { readonly source: string; readonly text: string }[];
  };
}

const FILE = new URL("../../../../conformance/wire/frames.json", import.meta.url);
const ROWS: readonly Row[] = JSON.parse(readFileSync(FILE, "utf8"));
const FIRST_FROM_WORKER = 16;
const ALL = Buffer.concat(ROWS.map(({ hex }) => Buffer.from(hex, "hex")));

test.each(ROWS.filter(({ frame }) => FRAME_KINDS[frame.kind] < FIRST_FROM_WORKER))("writes $name", ({ hex, frame }) => {
  const flags = frame.flags.reduce((sum, name) => sum | FRAME_FLAGS[name], 0);
  expect(encodeFrame(FRAME_KINDS[frame.kind], frame.sequence, frame.payload, flags).toString("hex")).toBe(hex);
});

test.each(ROWS)("reads $name", ({ hex, frame }) => {
  expect(cut(Buffer.from(hex, "hex"), 1e9).map(meaning)).toEqual([withoutEmpty(frame)]);
});

test.each([1, 3, 10, 64, 1000])("the stream may come in pieces of %i bytes", (size) => {
  expect(cut(ALL, size).map(meaning)).toEqual(ROWS.map(({ frame }) => withoutEmpty(frame)));
});

function cut(bytes: Buffer, size: number): Frame[] {
  const cutter = new FrameCutter();
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    // Bodies are views: they must outlive the chunk here.
    cutter.push(bytes.subarray(at, at + size), (frame) => frames.push({ ...frame, body: Buffer.from(frame.body) }));
  }
  return frames;
}

function meaning(frame: Frame): Row["frame"] {
  const kind = keysOf(FRAME_KINDS).find((name) => FRAME_KINDS[name] === frame.kind) ?? "predict";
  const head = { kind, sequence: frame.sequence, flags: keysOf(FRAME_FLAGS).filter((flag) => hasFlag(frame, flag)) };
  if (kind === "log") return { ...head, logs: readLogs(frame.body) };
  if (!["output", "done", "failed", "canceled"].includes(kind)) return { ...head, payload: frame.body.toString() };
  const { logs, payload } = readLogged(frame.body);
  return { ...head, logs, payload: payload.toString() };
}

/** Flags in the order of the table. */
function withoutEmpty(frame: Row["frame"]): Row["frame"] {
  return { ...frame, flags: keysOf(FRAME_FLAGS).filter((flag) => frame.flags.includes(flag)) };
}

function keysOf<Key extends string>(table: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(table) as Key[];
}
