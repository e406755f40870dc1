/** What is so at the moment of a scrape: states, slots, queues, what the workers and GPUs use. */
import type { HealthState } from "@cog/core/wire";
import type { Health } from "#health";
import type { Slots } from "#predictions";
import type { Pool } from "#workers";
import type { Family, Sample } from "./family.ts";
import { gauge, single } from "./family.ts";
import { Gpus } from "./gpus.ts";
import type { QueueStats, ReadQueues } from "./queue-stats.ts";
import { WorkerUsage } from "./worker-usage.ts";

export interface Sources {
  /** Values of the labels of `cog_build_info`. */
  readonly build: Readonly<Record<"version" | "sdk_version" | "python_version" | "model", string>>;
  readonly health: Health;
  readonly pool: Pool;
  readonly slots: Slots;
  readonly inFlight: () => number;
  /** Processes of all workers, those of trainings included. */
  readonly workerPids: () => readonly number[];
  readonly queues: ReadQueues;
}

const STATES: readonly HealthState[] = ["STARTING", "READY", "BUSY", "UNHEALTHY", "SETUP_FAILED", "DEFUNCT"];

export class Present {
  readonly #sources: Sources;
  readonly #workers = new WorkerUsage();
  readonly #gpus = new Gpus();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  async collect(): Promise<readonly Family[]> {
    const { build, queues, workerPids } = this.#sources;
    const [gpus, workers, stats] = await Promise.all([this.#gpus.read(), this.#workers.read(workerPids()), queues()]);
    return [
      gauge({ name: "cog_build_info", help: "What is running." }, [{ value: 1, labels: build }]),
      ...this.#states(),
      ...this.#occupation(),
      ...workers,
      ...gpus,
      ...(stats.length === 0 ? [] : queueFamilies(stats)),
    ];
  }

  #states(): readonly Family[] {
    const { health, pool } = this.#sources;
    const current = health.lastKnown;
    const states = STATES.map((state) => ({ value: state === current ? 1 : 0, labels: { state } }));
    const families = [gauge({ name: "cog_health_state", help: "1 for the state that the server is in." }, states)];
    const { setup } = pool;
    if (setup?.completed_at === undefined) return families;
    const seconds = (Date.parse(setup.completed_at) - Date.parse(setup.started_at)) / 1000;
    return [
      ...families,
      gauge({ name: "cog_setup_duration_seconds", help: "Time that the last setup took." }, single(seconds)),
      gauge(
        { name: "cog_setup_success", help: "1 when the last setup succeeded." },
        single(setup.status === "succeeded" ? 1 : 0),
      ),
    ];
  }

  #occupation(): readonly Family[] {
    const { slots, inFlight } = this.#sources;
    const { max, busy } = slots;
    return [
      gauge(
        { name: "cog_predictions_in_flight", help: "Predictions that were accepted and have not ended." },
        single(inFlight()),
      ),
      gauge({ name: "cog_slots", help: "Predictions that can run at a time." }, single(max)),
      gauge({ name: "cog_slots_busy", help: "Predictions that run." }, single(busy)),
      // Of no slots there is no share: a server that starts must not look idle to those who scale by this.
      gauge(
        { name: "cog_slots_busy_ratio", help: "Share of the slots that are busy." },
        max > 0 ? single(busy / max) : [],
      ),
    ];
  }
}

function queueFamilies(stats: readonly QueueStats[]): readonly Family[] {
  const of = (read: (one: QueueStats) => number | null): readonly Sample[] =>
    stats.flatMap((one) => {
      const value = read(one);
      return value === null ? [] : [{ value, labels: { queue: one.queue } }];
    });
  return [
    gauge(
      { name: "cog_queue_lag", help: "Jobs that nobody has taken yet." },
      of(({ lag }) => lag),
    ),
    gauge(
      { name: "cog_queue_pending", help: "Jobs that were taken and are not finished." },
      of(({ pending }) => pending),
    ),
    {
      name: "cog_queue_claimed_total",
      help: "Jobs taken over from consumers that went silent.",
      type: "counter",
      samples: of(({ claimed }) => claimed),
    },
    {
      name: "cog_queue_dead_total",
      help: "Jobs put aside because nobody can run them.",
      type: "counter",
      samples: of(({ dead }) => dead),
    },
    gauge(
      { name: "cog_queue_redis_up", help: "1 while Redis answers." },
      of(({ up }) => (up ? 1 : 0)),
    ),
  ];
}
