/** The child processes of a scenario, and what they leave behind. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Outcome } from "./compare.ts";
import type { Stream } from "./scenario.ts";

/** Every process below a scenario inherits this variable, which is how leftovers are recognised. */
export const MARK = "COG_E2E_SCENARIO";

const POLITE_MS = 5_000;

/** A command in a process group of its own, with all it wrote. */
export class Command {
  readonly #child: ChildProcess;
  readonly #written = { stdout: "", stderr: "" };
  readonly #ended: Promise<number>;
  #isOver = false;

  constructor(command: string, options: { cwd: string; env: NodeJS.ProcessEnv }) {
    this.#child = spawn("bash", ["-c", command], { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of ["stdout", "stderr"] as const) {
      this.#child[stream]?.setEncoding("utf8").on("data", (text: string) => {
        this.#written[stream] += text;
      });
    }
    this.#ended = once(this.#child, "close").then(([code, signal]) => {
      this.#isOver = true;
      return signal === null ? Number(code) : 128 + (signal === "SIGINT" ? 2 : signal === "SIGTERM" ? 15 : 9);
    });
  }

  /** Waits for the end; after the limit the whole group is killed and the outcome says so. */
  async end(limitMs: number): Promise<Outcome & { readonly late: boolean }> {
    const timer = new AbortController();
    const late = await Promise.race([
      this.#ended.then(() => false),
      delay(limitMs, true, { signal: timer.signal }).catch(() => false),
    ]);
    timer.abort();
    if (late) this.#kill("SIGKILL", "group");
    const exit = await this.#ended;
    return { exit, ...this.#written, late };
  }

  /** Waits until the stream has the text; false when the command ends or the limit passes first. */
  async wrote(stream: Stream, text: RegExp, limitMs: number): Promise<boolean> {
    const deadline = Date.now() + limitMs;
    while (!text.test(this.#written[stream])) {
      if (this.#isOver || Date.now() > deadline) return text.test(this.#written[stream]);
      await delay(20);
    }
    return true;
  }

  written(): string {
    return `${this.#written.stdout}${this.#written.stderr}`;
  }

  /** Ctrl-C reaches the whole foreground group of a terminal; every other signal one process. */
  signal(signal: NodeJS.Signals): void {
    this.#kill(signal, signal === "SIGINT" ? "group" : "process");
  }

  /** For the end of a scenario that failed half way. */
  async stop(): Promise<void> {
    if (this.#isOver) return;
    this.signal("SIGTERM");
    await this.end(POLITE_MS);
  }

  #kill(signal: NodeJS.Signals, whom: "group" | "process"): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#isOver) return;
    try {
      process.kill(whom === "group" ? -pid : pid, signal);
    } catch {
      // Gone between the look and the signal: that is what was wanted.
    }
  }
}

/** What is still running of a scenario: processes, and containers of its project. Gives them a moment to go. */
export async function leftovers(mark: string, directory: string, withDocker: boolean): Promise<string[]> {
  const deadline = Date.now() + 3_000;
  for (;;) {
    const left = [...markedProcesses(mark), ...(withDocker ? containers(directory) : [])];
    if (left.length === 0 || Date.now() > deadline) {
      for (const { remove } of left) remove();
      return left.map(({ what }) => what);
    }
    await delay(100);
  }
}

interface Leftover {
  readonly what: string;
  readonly remove: () => void;
}

function markedProcesses(mark: string): Leftover[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && hasMark(name, mark))
    .map((pid) => ({
      what: `process ${pid}: ${commandLine(pid)}`,
      remove: () => {
        try {
          process.kill(Number(pid), "SIGKILL");
        } catch {
          // It has just ended.
        }
      },
    }));
}

function hasMark(pid: string, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(`${MARK}=${mark}`);
  } catch {
    return false; // gone, or not ours to read
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "(gone)";
  }
}

function containers(directory: string): Leftover[] {
  const args = ["ps", "--all", "--quiet", "--filter", `label=run.cog.project=${directory}`];
  return docker(args)
    .split("\n")
    .filter((id) => id !== "")
    .map((id) => ({ what: `container ${id}`, remove: () => void docker(["rm", "--force", "--volumes", id]) }));
}

/** Removes the images that the scenario built under its own name. */
export function removeImages(repository: string): void {
  const ids = docker(["images", "--quiet", repository])
    .split("\n")
    .filter((id) => id !== "");
  if (ids.length > 0) docker(["rmi", "--force", ...new Set(ids)]);
}

export function dockerAnswers(): boolean {
  try {
    execFileSync("docker", ["version", "--format", "{{.Server.Version}}"], { stdio: "ignore", timeout: 10_000 });
    return true;
  } catch {
    return false; // not installed, not running, or not ours to use
  }
}

function docker(args: readonly string[]): string {
  try {
    return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 30_000 });
  } catch {
    return ""; // cleaning up is best effort; what stays is reported by the next look
  }
}
