/** Which engine a command uses: what was asked for, else Docker where it answers, else this machine. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { UnavailableError, UserError } from "@cog/core/errors";
import type { ContainerEngine } from "#docker";
import { type Engine, type LocalSettings, loadEngine, mustBeInPlace, type Volume } from "#engines";
import { carriedSdk } from "#sdk";
import type { Settings } from "#settings";
import type { CommandContext } from "./command.ts";

const CHOICES = ["auto", "docker", "podman", "local"] as const;
const SOCKET = "/var/run/docker.sock";

export interface EngineNeeds {
  /** Nothing but containers will do: an image is run. */
  readonly docker: boolean;
  /** Of `-v`: some cannot be had without a container, which is told before anything is prepared. */
  readonly volumes?: readonly Volume[] | undefined;
}

export async function chooseEngine(context: CommandContext, needs: EngineNeeds): Promise<Engine> {
  const { settings, report } = context;
  const local = localSettings(settings);
  const choice = context.global.engine ?? settings.engine ?? "auto";
  if (!CHOICES.includes(choice as (typeof CHOICES)[number]))
    throw new UserError("engine.unknown", `COG_ENGINE is "${choice}": expected ${CHOICES.join(", ")}`);
  const onThisMachine = async () => {
    needs.volumes?.forEach(mustBeInPlace);
    return await loadEngine("local", local);
  };
  if (choice === "local") return await onThisMachine();
  if (choice === "podman") return await requireContainers("podman", local, context);
  if (choice === "docker" || needs.docker) return await requireContainers("docker", local, context);
  if (dockerIsPlausible(settings)) {
    const docker = await loadEngine("docker", local);
    if ((await docker.available({ signal: context.signal })).available) return docker;
  }
  report.info("Docker is not available; running locally without isolation (COG_ENGINE=docker to require it)");
  return await onThisMachine();
}

async function requireContainers(
  name: "docker" | "podman",
  local: LocalSettings,
  { signal }: CommandContext,
): Promise<Engine> {
  const engine = await loadEngine(name, local);
  const answer = await engine.available({ signal });
  if (answer.available) return engine;
  throw new UnavailableError(`${name}.unavailable`, answer.reason, { hint: answer.hint });
}

/** Whose images and containers are meant. */
export function containerEngine({ settings, global }: Pick<CommandContext, "settings" | "global">): ContainerEngine {
  return (global.engine ?? settings.engine) === "podman" ? "podman" : "docker";
}

/** Of Docker in the reference's words, which logs are searched for. */
const STARTING: Readonly<Record<Engine["name"], string>> = {
  docker: "Docker image",
  podman: "Podman image",
  local: "the model",
};

export function sayStarting({ name }: Engine, { report }: CommandContext): void {
  report.info(`Starting ${STARTING[name]} and running setup()...`);
}

/** A daemon on another machine mounts its own folders and opens its own ports: said before anything is built for it. */
export async function warnOfRemote({ name }: Engine, { report, signal }: CommandContext): Promise<void> {
  if (name !== "docker") return;
  const { remoteDaemon } = await import("#docker");
  const host = await remoteDaemon({ signal });
  if (host === undefined) return;
  report.warn(
    `Docker runs on ${host}, not on this machine: folders are mounted from there, and ports are opened there.`,
  );
}

/** Where there is no docker command, or nothing it could speak to, there is nothing to ask. */
function dockerIsPlausible({ dockerHost, pythonSearch: { path }, home }: Settings): boolean {
  const command = path
    .split(delimiter)
    .some((directory) => existsSync(join(directory, "docker")) || existsSync(join(directory, "docker.exe")));
  if (!command) return false;
  return (
    dockerHost !== undefined || process.platform !== "linux" || existsSync(SOCKET) || existsSync(join(home, ".docker"))
  );
}

export function localSettings(settings: Settings): LocalSettings {
  const { cacheDirectory, python, ownPython, pythonSearch, environment, sdkWheel } = settings;
  const own = { node: process.execPath, sdk: carriedSdk };
  return { cacheDirectory, python, ownPython, pythonSearch, environment, sdkWheel, ...own };
}
