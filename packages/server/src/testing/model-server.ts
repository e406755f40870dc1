/** Tests through the front door: a real model in a temporary folder, served by `python -m cog.server.http`. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Client } from "@cog/core/client";
import { createClient } from "@cog/core/client";
import type { Notification } from "@cog/core/wire";
import type { Launcher } from "#settings";
import { testPython } from "./pythons.ts";

/** Without the launcher: the server's bundle itself. */
const SERVER = fileURLToPath(new URL("../../../../dist/server.mjs", import.meta.url));

export interface ModelOptions {
  /** Python source of `predict.py`, below `from cog import *`-style imports of its own. */
  readonly model: string;
  readonly ref?: string;
  /** The OpenAPI document of the model; without it the server asks the worker. */
  readonly schema?: object;
  readonly files?: Readonly<Record<string, string>>;
  /** The module that is started; default: `http`. */
  readonly entry?: "http" | "redis_queue" | "gateway";
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** An interpreter that has our wheel; default: the one of this test run. */
  readonly python?: string;
  /** Facts in place of the launcher's, which then has no part in the start. */
  readonly launcher?: Launcher;
  /** What to wait for; default: READY. */
  readonly until?: Notification["event"];
}

export class ModelServer {
  readonly url: string;
  readonly folder: string;
  readonly client: Client;
  readonly pid: number;
  /** Its TMPDIR. */
  readonly temporary: string;
  /** Resolves with the exit code, or the signal. */
  readonly exited: Promise<number | string>;
  readonly #child: ChildProcess;
  readonly #log: Watched;
  readonly #notes: Watched;

  private constructor(parts: Parts) {
    this.url = `http://127.0.0.1:${parts.port}`;
    this.folder = parts.folder;
    this.temporary = parts.temporary;
    this.client = createClient({ url: this.url });
    this.pid = parts.child.pid ?? 0;
    this.#child = parts.child;
    this.#log = parts.log;
    this.#notes = parts.notes;
    this.exited = exitOf(parts.child);
  }

  static async start(options: ModelOptions): Promise<ModelServer> {
    const folder = mkdtempSync(join(tmpdir(), "cog-test-"));
    const files = { "predict.py": options.model, ...options.files };
    const schema = options.schema === undefined ? {} : { ".cog/openapi_schema.json": JSON.stringify(options.schema) };
    for (const [name, text] of Object.entries({ ...files, ...schema })) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const temporary = options.env?.["TMPDIR"] ?? mkdtempSync(join(folder, "tmp-"));
    const child = spawn(...commandOf(options), {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"],
        TMPDIR: temporary,
        PYTHONDONTWRITEBYTECODE: "1",
        ...(options.launcher === undefined ? {} : { COG_LAUNCHER: JSON.stringify(options.launcher) }),
        COG_NODE: process.execPath,
        COG_NOTIFY_FD: "3",
        PORT: "0",
        COG_PREDICT_TYPE_STUB: options.ref ?? "predict.py:Model",
        ...options.env,
      },
    });
    const log = new Watched(child.stderr as Readable);
    const notes = new Watched(child.stdio[3] as Readable);
    let ready = false;
    const gone = exitOf(child).then((how) => {
      if (!ready) rmSync(folder, { recursive: true, force: true });
      throw new Error(`the server ended (${how}) before it was ready:\n${log.text}`);
    });
    const listening = notes.until((text) => /"listening","port":(\d+)/.exec(text)?.[1]);
    const port = Number(await Promise.race([listening, gone]));
    const server = new ModelServer({ port, folder, temporary, child, log, notes });
    await Promise.race([server.notified(options.until ?? "ready"), gone]);
    ready = true;
    gone.catch(() => undefined); // From now on its end is the test's to expect.
    return server;
  }

  /** What the server has written on stderr. */
  get log(): string {
    return this.#log.text;
  }

  logged(text: string): Promise<unknown> {
    return this.#log.until((all) => all.includes(text) || undefined);
  }

  /** Nobody reads its stderr, until what this returns is called. */
  leaveLogUnread(): () => void {
    this.#child.stderr?.pause();
    return () => void this.#child.stderr?.resume();
  }

  notified(event: Notification["event"]): Promise<unknown> {
    return this.#notes.until((all) => all.includes(`"event":"${event}"`) || undefined);
  }

  request(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const { body, headers = {}, signal = null } = options;
    const json = body === undefined ? {} : { "Content-Type": "application/json" };
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    return fetch(this.url + path, { method, body: text ?? null, headers: { ...json, ...headers }, signal });
  }

  post(path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.request("POST", path, { body, headers });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Asks it to end, and ends it if it does not. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGTERM");
    const impatient = setTimeout(() => this.#child.kill("SIGKILL"), 20_000);
    await this.exited;
    clearTimeout(impatient);
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

interface Parts {
  readonly port: number;
  readonly folder: string;
  readonly temporary: string;
  readonly child: ChildProcess;
  readonly log: Watched;
  readonly notes: Watched;
}

/** Text that arrives, and whoever waits for something in it. */
class Watched {
  text = "";
  #waiting: (() => void)[] = [];

  constructor(stream: Readable) {
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      this.text += chunk;
      for (const look of this.#waiting.splice(0)) look();
    });
  }

  until<Found>(find: (text: string) => Found | undefined): Promise<Found> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = find(this.text);
        if (found === undefined) this.#waiting.push(look);
        else resolve(found);
      };
      look();
    });
  }
}

function exitOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? signal ?? "lost"));
  });
}

function commandOf({ python, launcher, entry = "http", args = [] }: ModelOptions): [string, string[]] {
  if (launcher !== undefined) return [process.execPath, [SERVER, ...args]];
  return [python ?? testPython(), ["-m", `cog.server.${entry}`, ...args]];
}
