import type { Step } from "#report";

/** What pip or uv is at, from what it prints. How much is left nobody knows until everything is resolved. */
export class PipProgress {
  readonly #step: Step;
  #collected = 0;

  constructor(step: Step) {
    this.#step = step;
  }

  line(line: string): void {
    const collecting = /^Collecting (\S+)/.exec(line)?.[1];
    if (collecting !== undefined) {
      this.#collected += 1;
      this.#step.update(`resolving ${collecting} (${this.#collected})`);
      return;
    }
    const download = /^\s*Downloading (\S+?)(?:-[\d.]+\S*)?(?: \(([^)]+)\))?$/.exec(line);
    if (download?.[1] !== undefined)
      this.#step.update(`downloading ${download[1]}${download[2] === undefined ? "" : ` (${download[2]})`}`);
    const building = /^\s*Building wheels? for collected packages: (.+)$/.exec(line)?.[1];
    if (building !== undefined) this.#step.update(`building ${building}`);
    const installing = /^Installing collected packages: (.+)$/.exec(line)?.[1];
    if (installing !== undefined) this.#step.update(`installing ${installing.split(",").length} packages`);
  }
}
