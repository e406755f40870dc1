/** The models that are up on this machine: those that were kept, and containers of commands that still run. */
import { UserError } from "@cog/core/errors";
import { type Container, type KeptPlace, listContainers, stopKept } from "#engines";
import { endKept, type KeptModel, liveKept } from "#launch";
import { findProject } from "#project";
import type { CommandContext } from "./command.ts";
import { containerEngine } from "./engine.ts";

export interface RunningOne {
  readonly id: string;
  readonly command: "run" | "serve" | null;
  readonly engine: KeptPlace["engine"];
  /** Its directory; null for an image. */
  readonly project: string | null;
  /** Of the server in small letters, or of the container. */
  readonly status: string;
  readonly url: string | null;
  readonly startedAt: string;
  readonly idleSeconds: number | null;
  readonly place: KeptPlace;
  stop(): Promise<void>;
}

export async function runningModels(context: CommandContext): Promise<readonly RunningOne[]> {
  const { settings, signal } = context;
  const { cacheDirectory } = settings;
  // Docker's as well where Podman is chosen: they may be of another terminal.
  const tools = new Set(["docker", containerEngine(context)] as const);
  const [kept, containers] = await Promise.all([
    liveKept(cacheDirectory, signal),
    listContainers([...tools], { signal }),
  ]);
  const known = new Set(kept.map(({ model: { place } }) => (place.engine === "local" ? "" : place.container)));
  return [
    ...kept.map(({ model, state }) => ofKept(model, state.toLowerCase(), cacheDirectory)),
    ...containers.filter(({ name }) => !known.has(name)).map(ofContainer),
  ];
}

/** The one with this ID, or whose ID begins so; without one those of the project that one is in. */
export async function chosenModels(id: string | undefined, context: CommandContext): Promise<readonly RunningOne[]> {
  const all = await runningModels(context);
  if (id === undefined) {
    const { directory } = findProject(context.workingDirectory, "cog.yaml");
    return all.filter(({ project }) => project === directory);
  }
  const exact = all.filter((one) => one.id === id);
  const found = exact.length > 0 ? exact : all.filter((one) => one.id.startsWith(id));
  if (found.length === 1) return found;
  throw found.length === 0
    ? new UserError("running.unknown", `No model with the ID "${id}" is up.`, {
        hint: "'cog ps' lists those that are.",
      })
    : new UserError("running.ambiguous", `Several IDs begin with "${id}": ${found.map((one) => one.id).join(", ")}`);
}

function ofKept(model: KeptModel, status: string, cacheDirectory: string): RunningOne {
  const { id, command, project, place, url, startedAt, idleSeconds } = model;
  const stop = () => endKept(cacheDirectory, model);
  return { id, command, engine: place.engine, project, status, url, startedAt, idleSeconds, place, stop };
}

function ofContainer({ engine, name, project, state, startedAt, url }: Container): RunningOne {
  const place: KeptPlace = { engine, container: name };
  const stop = () => stopKept(place, name);
  return {
    id: name,
    command: null,
    engine,
    project: project ?? null,
    status: state,
    url: url ?? null,
    startedAt,
    idleSeconds: null,
    place,
    stop,
  };
}
