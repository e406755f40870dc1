import type { Experiment } from "../experiment.ts";
import { fileInput, fileOutput } from "./files.ts";
import { growth } from "./growth.ts";
import { importCog } from "./import.ts";
import { iterator } from "./iterator.ts";
import { logs } from "./logs.ts";
import { manyClients, manyWaits } from "./many-clients.ts";
import { oneClient } from "./one-client.ts";
import { refusals } from "./refusals.ts";
import { start } from "./start.ts";
import { storm } from "./storm.ts";
import { streaming } from "./streaming.ts";

/** In the order of the rows they answer. */
export const experiments: readonly Experiment[] = [
  oneClient,
  refusals,
  manyClients,
  manyWaits,
  streaming,
  iterator,
  fileInput,
  fileOutput,
  start,
  growth,
  storm,
  logs,
  importCog,
];
