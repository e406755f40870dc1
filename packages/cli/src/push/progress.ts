/** How far a push is, for a row that is redrawn, for a log, and for a program. */
import type { BlobProgress } from "#registry";
import type { Step } from "#report";
import type { PushContext } from "./context.ts";

export interface Progress {
  /** How many layers there will be. */
  expect(layers: readonly string[]): void;
  /** From now on in this row. */
  show(step: Step): void;
  tell(progress: BlobProgress): void;
}

/** Programs are told how far a blob is so often, and at once when something else is to be said. */
const EVENT_EVERY_MS = 1000;

const WORDS = { exists: "Layer already exists", mounted: "Mounted", done: "Pushed" } as const;

export function pushProgress({ report, onEvent }: Pick<PushContext, "report" | "onEvent">): Progress {
  const latest = new Map<string, BlobProgress>();
  const told = new Map<string, number>();
  let layers = 0;
  let row: Step | undefined;
  const draw = () => {
    const all = [...latest.values()].filter(({ state }) => state !== "compressing");
    const done = all.filter(({ state }) => state in WORDS).length;
    const shares = all.map(({ complete, total }) => (total === 0 ? 1 : complete / total));
    // The config is sent like a layer, but nobody counts it as one.
    const shown = Math.min(done, layers);
    const fraction = layers === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / (layers + 1);
    row?.update(`${shown} of ${layers} layers`, Math.min(1, fraction));
  };
  return {
    expect(diffIds) {
      layers = new Set(diffIds).size;
    },
    show(step) {
      row = step;
      draw();
    },
    tell(progress) {
      const { digest, state } = progress;
      const before = latest.get(digest)?.state;
      latest.set(digest, progress);
      draw();
      if (onEvent === undefined) {
        if (state === "exists" || state === "mounted" || state === "done")
          report.output(`${digest}: ${WORDS[state]}\n`);
        return;
      }
      const now = Date.now();
      if (state === before && now - (told.get(digest) ?? 0) < EVENT_EVERY_MS) return;
      told.set(digest, now);
      const { digest: blob, ...rest } = progress;
      onEvent({ phase: "pushing", blob, ...rest });
    },
  };
}
