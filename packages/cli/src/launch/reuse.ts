/** Finds a model that an earlier command left up and that is the same as the one wanted now, and makes it current. */
import { setTimeout as delay } from "node:timers/promises";
import type { JsonObject } from "@cog/core/json";
import { documentText } from "@cog/core/schema";
import type { Context, EngineName, RunningModel } from "#engines";
import { changedSources, contentsOf, type Project, type Stamps, writeState } from "#project";
import { endKept, forgetKept, type KeptModel, type KeptState, readKept, stateOf, writeKept } from "./kept.ts";
import { mustBeUp, reloadModel } from "./reload.ts";

export interface Wanted {
  readonly cacheDirectory: string;
  readonly project: Project;
  readonly askedEngine: string;
  /** Digests, as in the records. */
  readonly config: string;
  readonly flags: (engine: EngineName) => string;
  readonly sources: Stamps;
  readonly document: JsonObject;
  readonly setupTimeoutSeconds: number;
}

export type Reuse =
  | { readonly kind: "reused"; readonly model: RunningModel }
  /** There was one, of an older cog.yaml: it was stopped, and the next one shall be kept like it. */
  | { readonly kind: "replaced" }
  | { readonly kind: "none" };

const STARTING_POLL_MS = 50;

export async function reuseKept(wanted: Wanted, context: Context): Promise<Reuse> {
  const { cacheDirectory, project } = wanted;
  const all = readKept(cacheDirectory).filter((one) => one.project === project.directory && one.command === "run");
  const candidates = all.filter((one) => isSame(one, wanted));
  if (all.length > 0 && candidates.length === 0)
    context.report.info("A model of this project is up, with another engine, other flags or other variables");
  let replaced = false;
  for (const kept of candidates) {
    const state = await settledState(kept, wanted.setupTimeoutSeconds, context.signal);
    if (state === "gone") await forgetKept(cacheDirectory, kept);
    if (state === "gone" || state === "silent") continue;
    if (kept.config !== wanted.config) {
      context.report.info("cog.yaml has changed: stopping the model that was kept");
      await endKept(cacheDirectory, kept);
      replaced = true;
      continue;
    }
    await makeCurrent(kept, state, wanted, context);
    return { kind: "reused", model: runningModel(kept) };
  }
  return { kind: replaced ? "replaced" : "none" };
}

function isSame({ askedEngine, place, flags }: KeptModel, wanted: Wanted): boolean {
  const sameEngine = wanted.askedEngine === askedEngine || wanted.askedEngine === place.engine;
  return sameEngine && flags === wanted.flags(place.engine);
}

/** Another command may be reloading it. */
async function settledState(kept: KeptModel, seconds: number, signal: AbortSignal): Promise<KeptState> {
  const deadline = seconds === 0 ? Number.POSITIVE_INFINITY : Date.now() + seconds * 1000;
  for (;;) {
    const state = await stateOf(kept, signal);
    if (state !== "STARTING" || Date.now() > deadline) return state;
    await delay(STARTING_POLL_MS, undefined, { signal });
  }
}

async function makeCurrent(
  kept: KeptModel,
  state: KeptState,
  wanted: Wanted,
  { report, signal }: Context,
): Promise<void> {
  const { sources, project } = wanted;
  const touched = changedSources(new Map(Object.entries(kept.sources)), sources);
  const fresh = contentsOf(project.directory, touched);
  const changed = touched.filter((path) => fresh[path] === undefined || fresh[path] !== kept.contents[path]);
  const known = Object.entries({ ...kept.contents, ...fresh }).filter(([path]) => sources.has(path));
  const current = { ...kept, sources: Object.fromEntries(sources), contents: Object.fromEntries(known) };
  if (changed.length === 0 && state !== "SETUP_FAILED" && state !== "DEFUNCT") {
    if (touched.length > 0) writeKept(wanted.cacheDirectory, current);
    return;
  }
  const [first] = changed;
  const what = first === undefined ? "its setup failed" : `${first}${changed.length > 1 ? " and more" : ""} changed`;
  report.info(`Loading the model again: ${what}`);
  writeState(wanted.project, "openapi_schema.json", documentText(wanted.document));
  const health = await reloadModel(kept, signal);
  report.output(health.setup?.logs ?? "");
  mustBeUp(health);
  writeKept(wanted.cacheDirectory, current);
}

/** It is not ours to stop, and how it ends is not told to us. */
function runningModel({ url }: KeptModel): RunningModel {
  return { url, ready: async () => {}, ended: new Promise(() => {}), stop: async () => {} };
}
