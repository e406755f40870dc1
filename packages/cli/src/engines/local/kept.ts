/** A model server of an earlier command, known by its pid: its log, and its end. */
import { closeSync, openSync, readFileSync, readSync, watch } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as delay } from "node:timers/promises";
import type { LogOptions } from "../kept.ts";

const STOP_MS = 3000;
const POLL_MS = 30;
/** How often we look whether the writer is still there: a file does not say that. */
const ALIVE_MS = 500;
const CHUNK_BYTES = 64 * 1024;

export async function followFile(path: string, { follow, signal, onText }: LogOptions, pid: number): Promise<void> {
  const reader = new LogReader(path, onText);
  try {
    if (!follow) return reader.read();
    const watcher = watch(path, () => reader.read());
    try {
      do {
        reader.read();
        await delay(ALIVE_MS, undefined, { signal }).catch(() => undefined);
      } while (!signal.aborted && isThere(pid));
      reader.read();
    } finally {
      watcher.close();
    }
  } finally {
    reader.close();
  }
}

/** Reads what was appended since the last time; characters that are cut in the middle wait for their rest. */
export class LogReader {
  readonly #file: number;
  readonly #onText: (text: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);
  #at = 0;
  #isClosed = false;

  constructor(path: string, onText: (text: string) => void) {
    this.#file = openSync(path, "r");
    this.#onText = onText;
  }

  read(): void {
    if (this.#isClosed) return;
    for (;;) {
      const count = readSync(this.#file, this.#chunk, 0, CHUNK_BYTES, this.#at);
      if (count === 0) return;
      this.#at += count;
      this.#onText(this.#decoder.write(this.#chunk.subarray(0, count)));
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#file);
  }
}

/** SIGINT, because SIGTERM is not for a server that waits for an explicit shutdown. Its guardian ends the worker. */
export async function stopProcess(pid: number, id: string): Promise<void> {
  if (!isOurs(pid, id)) return;
  signalTo(pid, "SIGINT");
  for (let waited = 0; waited < STOP_MS; waited += POLL_MS) {
    if (!isThere(pid)) return;
    await delay(POLL_MS);
  }
  if (isOurs(pid, id)) signalTo(pid, "SIGKILL");
}

/** Pids are given out again. Where there is no /proc to ask, whoever calls has asked the server for its name. */
function isOurs(pid: number, id: string): boolean {
  if (process.platform !== "linux") return isThere(pid);
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(`COG_INSTANCE=${id}`);
  } catch {
    return false; // gone
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

/** In a container whose first process reaps nobody, what has ended stays on the list. */
function isZombie(pid: number): boolean {
  if (process.platform !== "linux") return false;
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return true; // gone meanwhile
  }
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}
