/**
 * How our prediction server compares with the reference, taken in one interleaved run: reference, ours, reference,
 * ours, so that whatever else the machine does meets both. Ratios travel between machines; the absolute figures do not.
 */
import type { Answer, Options, Question, Row, Side } from "./question.ts";
import { type Contestant, contestants } from "./server/contestants.ts";
import type { Effort, Experiment } from "./server/experiment.ts";
import { experiments } from "./server/experiments/index.ts";

export const server: Question = {
  name: "server",
  summary: "the prediction server against the reference runtime: latency, throughput, streams, files, memory, start",
  run,
};

async function run(options: Options): Promise<Answer> {
  const wanted = experiments.filter(({ subjects }) => subjects.some(({ id }) => options.wants(id)));
  const sides = await contestants(options);
  const rows: Row[] = [];
  for (const experiment of wanted) rows.push(...(await conduct(experiment, sides, options)));
  return {
    notes: [
      ...sides.map(({ label }) => label),
      options.quick ? "quick run: figures are rough" : "medians of interleaved rounds",
    ],
    rows: rows.filter(({ id }) => options.wants(id)),
  };
}

async function conduct(experiment: Experiment, sides: readonly Contestant[], options: Options): Promise<Row[]> {
  const effort: Effort = (full, quick) => (options.quick ? quick : full);
  const rounds = options.quick ? Math.min(experiment.rounds, 2) : experiment.rounds;
  const samples: Record<Side, Readonly<Record<string, number>>[]> = { reference: [], ours: [] };
  for (let round = 1; round <= rounds; round += 1) {
    for (const contestant of sides) {
      const place = `${contestant.side.padEnd(9)} ${round}/${rounds}`;
      try {
        const sample = await experiment.measure(contestant, effort);
        samples[contestant.side].push(sample);
        options.say(`${place}  ${asText(sample)}`);
      } catch (error) {
        // One side that breaks down must not cost the figures of the rest; its row stays empty.
        options.say(`${place}  failed: ${String(error)}`);
      }
    }
  }
  return experiment.subjects.map((subject) => ({
    ...subject,
    samples: { reference: column(samples.reference, subject.id), ours: column(samples.ours, subject.id) },
  }));
}

function column(samples: readonly Readonly<Record<string, number>>[], id: string): number[] {
  return samples.flatMap((sample) => sample[id] ?? []);
}

function asText(sample: Readonly<Record<string, number>>): string {
  return Object.entries(sample)
    .map(([id, value]) => `${id} ${value.toPrecision(3)}`)
    .join("  ");
}
