/** Memory and processor time of the workers, read from /proc; nothing where there is none. */
import { readFile } from "node:fs/promises";
import type { Family } from "./family.ts";
import { gauge, single } from "./family.ts";

/** What Linux counts processor time in, as far as programs see. */
const TICKS_PER_SECOND = 100;

interface Usage {
  readonly bytes: number;
  readonly seconds: number;
}

export class WorkerUsage {
  /** By process: the time it had used at the last look. */
  #known = new Map<number, number>();
  /** Of all workers, those that have ended included. */
  #seconds = 0;

  async read(pids: readonly number[]): Promise<readonly Family[]> {
    const usages = await Promise.all(pids.map(async (pid) => [pid, await usageOf(pid)] as const));
    const known = new Map<number, number>();
    let bytes = 0;
    for (const [pid, usage] of usages) {
      if (usage === undefined) continue;
      bytes += usage.bytes;
      this.#seconds += Math.max(0, usage.seconds - (this.#known.get(pid) ?? 0));
      known.set(pid, usage.seconds);
    }
    this.#known = known;
    if (known.size === 0 && this.#seconds === 0) return [];
    return [
      gauge({ name: "cog_worker_memory_bytes", help: "Memory that the workers hold (resident)." }, single(bytes)),
      {
        name: "cog_worker_cpu_seconds_total",
        help: "Processor time that the workers have used.",
        type: "counter",
        samples: single(this.#seconds),
      },
    ];
  }
}

async function usageOf(pid: number): Promise<Usage | undefined> {
  try {
    const [status, stat] = await Promise.all([
      readFile(`/proc/${pid}/status`, "utf8"),
      readFile(`/proc/${pid}/stat`, "utf8"),
    ]);
    const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    // Behind the name of the program, which may hold spaces and brackets: user time is the 12th, system time the 13th.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { bytes: kilobytes * 1024, seconds: ticks / TICKS_PER_SECOND };
  } catch {
    return undefined; // It has just ended, or this system has no /proc.
  }
}
