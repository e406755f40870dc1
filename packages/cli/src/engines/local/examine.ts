/** What can be known of a project on this machine without running it: which Python it gets, what its class says. */
import { UserError } from "@cog/core/errors";
import type { ModelInterface } from "@cog/core/schema";
import type { Project } from "#project";
import { type Reporter, reporterWith } from "#report";
import type { Context } from "../engine.ts";
import { ensureEnvironment, findEnvironment, type ModelEnvironment } from "./environment.ts";
import { findPython } from "./python.ts";
import type { LocalSettings } from "./settings.ts";
import { environmentSpec } from "./spec.ts";
import { modelVariables } from "./variables.ts";

/** Importing torch on a cold disk takes its time; something that waits for a network takes longer. */
const IMPORT_MS = 60_000;

export interface LocalPython {
  readonly path: string;
  /** `3.12` */
  readonly minor: string;
}

/** The Python that would run it here; undefined when there is none. */
export async function localPython(
  wanted: string,
  settings: LocalSettings,
  report: Reporter,
): Promise<LocalPython | undefined> {
  try {
    const { path, version } = await findPython(wanted, settings, quiet(report));
    return { path, minor: version.split(".").slice(0, 2).join(".") };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

export type Loaded =
  | { readonly kind: "loaded"; readonly interface: ModelInterface }
  /** Its packages are not installed here, and installing them may take long. */
  | { readonly kind: "not-prepared" }
  | { readonly kind: "failed"; readonly reason: string };

/** Imports the model, without its setup, and asks what it takes and gives. */
export async function loadModel(project: Project, settings: LocalSettings, context: Context): Promise<Loaded> {
  const spec = await environmentSpec(project, settings, quiet(context.report));
  const needsPackages = spec.requirements.lines.length > 0;
  const environment = needsPackages ? findEnvironment(spec) : await ensureEnvironment(spec, context);
  if (environment === undefined) return { kind: "not-prepared" };
  const known: { predict?: ModelInterface["predict"]; train?: ModelInterface["train"] } = {};
  for (const mode of ["predict", "train"] as const) {
    const reference = project.config[mode];
    if (reference === undefined) continue;
    const answer = await describe({ project, environment, settings }, { reference, mode }, context);
    if ("error" in answer) return { kind: "failed", reason: answer.error };
    Object.assign(known, answer);
  }
  return { kind: "loaded", interface: known as ModelInterface };
}

interface Place {
  readonly project: Project;
  readonly environment: ModelEnvironment;
  readonly settings: LocalSettings;
}

async function describe(
  place: Place,
  { reference, mode }: { readonly reference: string; readonly mode: "predict" | "train" },
  { signal }: Context,
): Promise<ModelInterface | { readonly error: string }> {
  const { execa } = await import("execa");
  const flags = mode === "train" ? ["--train"] : [];
  const { stdout, stderr, timedOut } = await execa(
    place.environment.python,
    ["-m", "cog._modules._describe", ...flags, reference],
    {
      cwd: place.project.directory,
      env: modelVariables({ ...place, surroundings: { env: {} } }),
      extendEnv: false,
      stdin: "ignore",
      reject: false,
      timeout: IMPORT_MS,
      cancelSignal: signal,
    },
  );
  signal.throwIfAborted();
  if (timedOut) return { error: `importing it took longer than ${IMPORT_MS / 1000} s` };
  try {
    return JSON.parse(stdout) as ModelInterface | { error: string }; // what cog._modules._describe writes
  } catch {
    return { error: stderr.trim().split("\n").at(-1) || "it ended without an answer" };
  }
}

/** Others tell what it says, in their own words. */
function quiet(report: Reporter): Reporter {
  const hush = (message: string) => report.debug(message);
  return reporterWith(report, { info: hush, warn: hush });
}
