/** How the gateway and the workers behind it are doing. */
import type { Queue, QueueReport } from "@cog/core/queue";
import { reportOf } from "@cog/core/queue";
import { builtAt, commit, version } from "@cog/core/version";
import type { HealthResponse, HealthState } from "@cog/core/wire";
import type { Connection } from "./connection.ts";

export interface GatewayHealthOptions {
  readonly queue: Queue;
  readonly commands: Connection;
}

/** The health check of a server, with what is behind it. */
export interface GatewayReport extends HealthResponse {
  readonly queue: { readonly name: string } & Partial<QueueReport>;
}

export class GatewayHealth {
  /** New predictions are refused: the gateway is stopping. */
  draining = false;
  /** There was a queue to put predictions into once. */
  wasReady = false;
  #status: HealthState = "STARTING";
  #wasReachable = false;
  readonly #options: GatewayHealthOptions;

  constructor(options: GatewayHealthOptions) {
    this.#options = options;
  }

  async report(): Promise<GatewayReport> {
    const { queue } = this.#options;
    const found = await this.#look();
    const [status, error] = this.#judge(found);
    this.#status = status;
    if (found !== "unreachable") this.#wasReachable = true;
    if (typeof found === "object") this.wasReady = true;
    const report = typeof found === "object" ? found : undefined;
    return {
      status,
      version: { coglet: version, python: "", python_sdk: version, cog: version, git_sha: commit, build_time: builtAt },
      ...(error !== undefined && { error }),
      concurrency: {
        max: sum(report, "slots"),
        current: sum(report, "busy"),
        ...(report !== undefined && { waiting: report.waiting }),
      },
      queue: { name: queue.name, ...report },
    };
  }

  /** The status code of a Kubernetes probe, after a report. It is no fault of the gateway's that Redis or workers are away. */
  probe(name: "startupz" | "readyz" | "livez"): 200 | 503 {
    switch (name) {
      case "livez":
        return 200;
      case "startupz":
        return this.#wasReachable ? 200 : 503;
      case "readyz":
        return !this.draining && (this.#status === "READY" || this.#status === "BUSY") ? 200 : 503;
    }
  }

  async #look(): Promise<QueueReport | "no-queue" | "unreachable"> {
    try {
      return (await reportOf(this.#options.queue)) ?? "no-queue";
    } catch {
      return "unreachable";
    }
  }

  #judge(found: QueueReport | "no-queue" | "unreachable"): [HealthState, string | undefined] {
    if (found === "unreachable") {
      return [
        this.#wasReachable ? "UNHEALTHY" : "STARTING",
        `Redis: ${this.#options.commands.trouble?.problem ?? "it gives no answer"}`,
      ];
    }
    if (found === "no-queue") return ["STARTING", "No worker has served this queue yet"];
    // Predictions are taken, and wait for a worker.
    if (found.workers.length === 0) return ["BUSY", "No worker is up: predictions wait in the queue"];
    return [found.workers.some(({ status }) => status === "READY") ? "READY" : "BUSY", undefined];
  }
}

function sum(report: QueueReport | undefined, what: "slots" | "busy"): number {
  return (report?.workers ?? []).reduce((all, worker) => all + worker[what], 0);
}
