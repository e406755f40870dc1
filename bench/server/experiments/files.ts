/** P9, P10: files of 5 MiB as data URLs, in and out. */
import { quantile } from "../../question.ts";
import { predictionRequest } from "../connection.ts";
import type { Experiment } from "../experiment.ts";
import { load } from "../load.ts";
import { models } from "../models.ts";
import { withServer } from "../running.ts";

const SIZE_BYTES = 5 * 1024 * 1024;

export const fileInput: Experiment = {
  subjects: [
    { id: "P9a", what: "5 MiB data URL in, p50", unit: "ms", bars: [{ kind: "ratio", atMost: 0.33 }] },
    { id: "P9b", what: "the same, cpu a prediction", unit: "ms", bars: [{ kind: "ratio", atMost: 0.33 }] },
  ],
  rounds: 3,
  measure: (contestant, effort) =>
    withServer(contestant, { model: models.measureFile }, async (server) => {
      const content = Buffer.alloc(SIZE_BYTES, "cog").toString("base64");
      const request = predictionRequest({ file: `data:application/octet-stream;base64,${content}` });
      await load(server, { request, clients: 1, requests: 3 });
      const sample = await load(server, { request, clients: 1, requests: effort(40, 10) });
      return { P9a: quantile(sample.latenciesMs, 0.5), P9b: (sample.cpuSeconds / sample.succeeded) * 1000 };
    }),
};

export const fileOutput: Experiment = {
  subjects: [
    { id: "P10a", what: "5 MiB Path out, p50", unit: "ms", bars: [] },
    { id: "P10b", what: "the same, cpu a prediction", unit: "ms", bars: [{ kind: "ratio", atMost: 0.5 }] },
  ],
  rounds: 3,
  measure: (contestant, effort) =>
    withServer(contestant, { model: models.makeFile }, async (server) => {
      const request = predictionRequest({ count: SIZE_BYTES });
      await load(server, { request, clients: 1, requests: 3 });
      const sample = await load(server, { request, clients: 1, requests: effort(40, 10) });
      return { P10a: quantile(sample.latenciesMs, 0.5), P10b: (sample.cpuSeconds / sample.succeeded) * 1000 };
    }),
};
