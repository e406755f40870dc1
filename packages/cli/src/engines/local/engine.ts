/** Models without containers: a virtual environment, the project's own directory, a process group. */
import { UserError } from "@cog/core/errors";
import { jsonText } from "@cog/core/json";
import { type Project, writeState } from "#project";
import type { Reporter } from "#report";
import type { Context, Engine, ExecOptions, Prepared, RunningModel, StartOptions, Surroundings } from "../engine.ts";
import { NOT_EXECUTABLE, NOT_FOUND, runCommand } from "./command.ts";
import { ensureEnvironment, type ModelEnvironment } from "./environment.ts";
import { cpuWarning } from "./gpus.ts";
import { startServer } from "./server.ts";
import type { LocalSettings } from "./settings.ts";
import { environmentSpec } from "./spec.ts";
import { modelVariables } from "./variables.ts";

export function localEngine(settings: LocalSettings): Engine {
  return {
    name: "local",
    available: async () => ({ available: true }),
    prepare: async (target, context) => {
      if (target.kind === "image") {
        throw new UserError("engine.needs_docker", `Image ${target.image} cannot run without Docker.`, {
          hint: "Start Docker, or run the model from its project directory.",
        });
      }
      return await prepareProject(target.project, settings, context);
    },
  };
}

async function prepareProject(project: Project, settings: LocalSettings, context: Context): Promise<Prepared> {
  warnOfIgnored(project, settings, context);
  const environment = await ensureEnvironment(await environmentSpec(project, settings, context.report), context);
  const place = { project, environment, settings };
  return {
    target: { kind: "project", project },
    inPlace: true,
    start: (options, { signal, report }) => {
      warnOfCpu(project, options, report);
      return start(place, options, signal);
    },
    exec: (options, { signal, report }) => {
      warnOfCpu(project, options, report);
      return exec(place, options, { signal, report });
    },
  };
}

function warnOfCpu({ config }: Project, { gpus }: Surroundings, report: Reporter): void {
  const warning = cpuWarning(config, gpus);
  if (warning !== undefined) report.warn(warning);
}

interface Place {
  readonly project: Project;
  readonly environment: ModelEnvironment;
  readonly settings: LocalSettings;
}

async function start(place: Place, options: StartOptions, signal: AbortSignal): Promise<RunningModel> {
  const { project, environment } = place;
  const { predict, train, concurrency } = project.config;
  return await startServer({
    python: environment.python,
    directory: project.directory,
    variables: {
      ...modelVariables({ ...place, surroundings: options }),
      ...present({
        COG_PREDICT_TYPE_STUB: predict,
        COG_TRAIN_TYPE_STUB: train,
        COG_MAX_CONCURRENCY: concurrency.max,
        COG_QUEUE_MAX: concurrency.queue,
        COG_WORKERS: concurrency.workers,
        // They were looked for before; one file that Cog itself has left in the project may speak of others.
        COG_WEIGHTS_WAIT: "0",
        COG_SCHEMA_FILE:
          options.schema && writeState(project, "openapi_schema.json", `${jsonText(options.schema, 2)}\n`),
      }),
    },
    options,
    signal,
  });
}

async function exec(
  place: Place,
  { command, ...surroundings }: ExecOptions,
  { signal, report }: Context,
): Promise<number> {
  const code = await runCommand({
    command,
    directory: place.project.directory,
    variables: modelVariables({ ...place, surroundings }),
    signal,
  });
  signal.throwIfAborted();
  if (typeof code === "number") return code;
  report.warn(`${command[0]}: ${code === "not-found" ? "command not found" : "permission denied"}`);
  return code === "not-found" ? NOT_FOUND : NOT_EXECUTABLE;
}

function warnOfIgnored({ config: { build } }: Project, { sdkWheel }: LocalSettings, { report }: Context): void {
  const sdk = sdkWheel === undefined ? build.sdkVersion && `build.sdk_version ${build.sdkVersion}` : "COG_SDK_WHEEL";
  if (sdk !== undefined)
    report.warn(`${sdk} is not used when running locally: this cog runs its own. Use --engine docker for it.`);
  if (build.systemPackages.length > 0)
    report.warn(`build.system_packages is not installed when running locally: ${build.systemPackages.join(", ")}`);
  if (build.run.length > 0) report.warn("build.run commands are not executed when running locally.");
}

function present(variables: Readonly<Record<string, string | number | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
