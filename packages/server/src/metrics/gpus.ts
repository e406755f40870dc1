/** What the GPUs do, as nvidia-smi says; nothing where there is none. Asked between scrapes, since it takes its time. */
import { execFile } from "node:child_process";
import type { Family } from "./family.ts";
import { gauge } from "./family.ts";

const QUERY = ["--query-gpu=index,memory.used,utilization.gpu", "--format=csv,noheader,nounits"];
/** Older figures are asked for anew. */
const FRESH_MS = 5000;
const PATIENCE_MS = 5000;
const MEBIBYTE = 1024 * 1024;

interface Gpu {
  readonly gpu: string;
  readonly memoryBytes: number;
  /** Undefined: a part of a GPU (MIG) does not say. */
  readonly utilization: number | undefined;
}

export class Gpus {
  #last: readonly Gpu[] = [];
  #askedMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;
  #absent = false;

  /** Waits the first time only; later it says what was so at the last scrape, or shortly after it. */
  async read(): Promise<readonly Family[]> {
    const first = this.#asking === undefined && this.#askedMs === Number.NEGATIVE_INFINITY;
    if (!this.#absent && performance.now() - this.#askedMs > FRESH_MS) this.#asking ??= this.#ask();
    if (first) await this.#asking;
    return families(this.#last);
  }

  async #ask(): Promise<void> {
    const answer = await nvidiaSmi();
    this.#absent = answer === "absent";
    this.#last = answer === "absent" ? [] : parsed(answer);
    this.#askedMs = performance.now();
    this.#asking = undefined;
  }
}

function nvidiaSmi(): Promise<string> {
  return new Promise((resolve) => {
    execFile("nvidia-smi", QUERY, { timeout: PATIENCE_MS }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else resolve("code" in error && error.code === "ENOENT" ? "absent" : "");
    });
  });
}

/** A line a GPU: `0, 1024, 37`; what it does not know is a word in brackets. */
function parsed(text: string): readonly Gpu[] {
  return text.split("\n").flatMap((line) => {
    const [gpu = "", memory = "", utilization = ""] = line.split(",").map((field) => field.trim());
    if (!/^\d+$/.test(gpu) || !/^\d+$/.test(memory)) return [];
    const share = /^\d+$/.test(utilization) ? Number(utilization) / 100 : undefined;
    return [{ gpu, memoryBytes: Number(memory) * MEBIBYTE, utilization: share }];
  });
}

function families(gpus: readonly Gpu[]): readonly Family[] {
  if (gpus.length === 0) return [];
  return [
    gauge(
      { name: "cog_gpu_memory_used_bytes", help: "Memory of the GPU in use." },
      gpus.map(({ gpu, memoryBytes }) => ({ value: memoryBytes, labels: { gpu } })),
    ),
    gauge(
      { name: "cog_gpu_utilization_ratio", help: "Share of the time in which the GPU was at work." },
      gpus.flatMap(({ gpu, utilization }) =>
        utilization === undefined ? [] : [{ value: utilization, labels: { gpu } }],
      ),
    ),
  ];
}
