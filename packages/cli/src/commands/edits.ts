/**
 * A model that loads its code again after every edit. One that cannot be loaded is shown at its place, and the next is waited
 * for. Only another cog.yaml, or other requirements, need another start.
 */
import { randomBytes } from "node:crypto";
import { relative } from "node:path";
import { CogError, UnavailableError } from "@cog/core/errors";
import { documentText } from "@cog/core/schema";
import { WEIGHTS_LOCK_FILE } from "@cog/core/wire";
import type { RunningModel, StartOptions } from "#engines";
import {
  type Model,
  mustBeUp,
  readModel,
  reloadModel,
  type SessionOptions,
  SourceWatcher,
  withRunningModel,
} from "#launch";
import { type Project, writeState } from "#project";
import { reporterWith } from "#report";
import type { CommandContext } from "./command.ts";
import { chooseEngine, sayStarting, warnOfRemote } from "./engine.ts";
import { type ProjectFlags, projectOf } from "./project.ts";

/** Waits for edits until the model can be read. A wrong cog.yaml ends a command that has just begun. */
export async function untilReadable(flags: ProjectFlags, context: CommandContext): Promise<void> {
  const watcher = await watch(projectOf(flags, unwarned(context)), context);
  try {
    await readable(watcher, flags, context);
  } finally {
    watcher.close();
  }
}

export interface Watched {
  readonly flags: ProjectFlags;
  readonly project: Project;
  readonly options: SessionOptions;
}

/**
 * Starts the model so that it can be reloaded, and watches its sources. Returns when it has to be started anew; one that
 * cannot be started is, after the next edit.
 */
export async function withWatchedModel(
  { flags, project, options }: Watched,
  context: CommandContext,
  work: (model: RunningModel, edits: Edits) => Promise<void>,
): Promise<void> {
  const { signal, report } = context;
  const id = randomBytes(6).toString("hex");
  const env: StartOptions["env"] = { COG_INSTANCE: id, ...options.start.env };
  // From here on: what is edited while the model starts is an edit.
  const watcher = await watch(project, context);
  let isUp = false;
  try {
    const engine = await chooseEngine(context, { docker: false, volumes: options.start.volumes });
    await warnOfRemote(engine, context);
    const prepared = await engine.prepare({ kind: "project", project }, { signal, report });
    sayStarting(engine, context);
    const session = { ...options, start: { ...options.start, env } };
    await withRunningModel(prepared, session, { signal, report }, (running) => {
      isUp = true;
      return work(running, new Edits({ watcher, project, id, url: running.url, context }));
    });
  } catch (error) {
    signal.throwIfAborted();
    // No edit brings Docker back, or frees a port.
    if (isUp || !(error instanceof CogError) || error instanceof UnavailableError) throw error;
    await nextAfter(error, watcher, context);
    await readable(watcher, flags, context);
  } finally {
    watcher.close();
  }
}

async function watch(project: Project, { signal, report }: CommandContext): Promise<SourceWatcher> {
  const always = startFiles(project);
  return await SourceWatcher.start({ directory: project.directory, always, signal, report });
}

async function readable(watcher: SourceWatcher, flags: ProjectFlags, context: CommandContext): Promise<void> {
  const quiet = unwarned(context);
  for (;;) {
    try {
      await readModel(projectOf(flags, quiet), quiet.report);
      return;
    } catch (error) {
      await nextAfter(error, watcher, context);
    }
  }
}

async function nextAfter(error: unknown, watcher: SourceWatcher, context: CommandContext): Promise<void> {
  context.signal.throwIfAborted();
  context.showError(error);
  sayWatching(context);
  await nextEdit(watcher, context);
}

export function sayWatching({ report }: CommandContext): void {
  report.info("Watching for changes; Ctrl-C ends it.");
}

async function nextEdit(watcher: SourceWatcher, { report }: CommandContext): Promise<readonly string[]> {
  const changed = await watcher.next();
  report.info(`Changed: ${changed.join(", ")}`);
  return changed;
}

/** It is read once more to be run, and then warned of. */
function unwarned(context: CommandContext): CommandContext {
  return { ...context, report: reporterWith(context.report, { warn: () => {} }) };
}

interface EditsOptions {
  readonly watcher: SourceWatcher;
  readonly project: Project;
  readonly id: string;
  readonly url: string;
  readonly context: CommandContext;
}

/** The edits of a session, and what they do to its model. */
export class Edits {
  readonly #options: EditsOptions;

  constructor(options: EditsOptions) {
    this.#options = options;
  }

  /** Resolves when there is an edit, which `load` then takes. */
  coming(): Promise<void> {
    return this.#options.watcher.coming();
  }

  whileWorking<T>(work: () => Promise<T>): Promise<T> {
    return this.#options.watcher.working(work);
  }

  /**
   * Waits for an edit that can be loaded, and loads it. False: the model has to be started anew.
   * @param read the model as its source says it is now
   */
  async load(read: () => Promise<Model | undefined>): Promise<boolean> {
    const { watcher, context, project } = this.#options;
    for (;;) {
      const changed = await nextEdit(watcher, context);
      try {
        const model = await read();
        if (startFiles(project).some((path) => changed.includes(path))) return false;
        await watcher.working(() => this.#reload(model));
        return true;
      } catch (error) {
        context.signal.throwIfAborted();
        context.showError(error);
      }
    }
  }

  async #reload(model: Model | undefined): Promise<void> {
    const { project, url, id, context } = this.#options;
    if (model !== undefined) writeState(project, "openapi_schema.json", documentText(model.document));
    mustBeUp(await reloadModel({ url, id }, context.signal));
  }
}

/** What the model is started by: when it changes, loading the code again is not enough. */
function startFiles({ configFile, directory, config: { build, weights = [] } }: Project): readonly string[] {
  return [
    relative(directory, configFile),
    ...(weights.length > 0 ? [WEIGHTS_LOCK_FILE] : []),
    ...(build.pythonRequirements === undefined ? [] : [build.pythonRequirements]),
  ];
}
