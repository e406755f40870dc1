/** Containers of earlier commands, known by their labels. */
import { type ContainerEngine, docker, ping, spawn } from "#docker";
import type { KeptPlace } from "../engine.ts";
import type { Container, LogOptions } from "../kept.ts";
import { removeContainer } from "./container.ts";

const STOP_SECONDS = 3;

type Place = Exclude<KeptPlace, { readonly engine: "local" }>;

export async function followContainer(place: Place, { follow, signal, onText }: LogOptions): Promise<void> {
  const child = spawn(place.engine, ["logs", ...(follow ? ["--follow"] : []), place.container], {
    stdin: "ignore",
    buffer: false,
    all: true,
    cancelSignal: signal,
  });
  child.all.setEncoding("utf8");
  child.all.on("data", onText);
  await child;
}

export async function stopNamed({ engine: tool, container }: Place): Promise<void> {
  await docker(["stop", `--time=${STOP_SECONDS}`, container], { tool }).catch(() => undefined);
  await removeContainer(tool, container);
}

interface Listed {
  readonly Names: string;
  readonly Image: string;
  readonly State: string;
  readonly CreatedAt: string;
  readonly Ports: string;
}

export interface ListOptions {
  readonly tool: ContainerEngine;
  readonly signal: AbortSignal;
}

const LIST = ["ps", "--all", "--no-trunc", "--filter", "label=run.cog.cli=1", "--format"];

/** None where the engine does not answer. */
export async function containers(options: ListOptions): Promise<readonly Container[]> {
  if ((await ping(options)) !== "answers") return [];
  return options.tool === "podman" ? await ofPodman(options) : await ofDocker(options);
}

async function ofDocker(options: ListOptions): Promise<readonly Container[]> {
  // The label by itself: in the list of all labels a comma in a path could not be told from the next label.
  const { stdout } = await docker(
    [...LIST, '{"project":{{json (.Label "run.cog.project")}},"rest":{{json .}}}'],
    options,
  );
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const { project, rest } = JSON.parse(line) as { readonly project: string; readonly rest: Listed };
    const published = /([\d.]+|\[[\da-f:]+\]):(\d+)->5000\/tcp/.exec(rest.Ports);
    return {
      engine: options.tool,
      name: rest.Names,
      image: rest.Image,
      state: rest.State,
      startedAt: new Date(rest.CreatedAt.replace(/ [A-Z]+$/, "")).toISOString(),
      ...(project !== "" && { project }),
      ...(published !== null && { url: urlOf(published[1], published[2]) }),
    };
  });
}

interface ListedByPodman {
  readonly Names: readonly string[];
  readonly Image: string;
  readonly State: string;
  /** Seconds. */
  readonly Created: number;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly Ports:
    | readonly { readonly host_ip: string; readonly host_port: number; readonly container_port: number }[]
    | null;
}

async function ofPodman(options: ListOptions): Promise<readonly Container[]> {
  const { stdout } = await docker([...LIST, "json"], options);
  const found = JSON.parse(stdout || "[]") as readonly ListedByPodman[]; // what podman always prints: a list
  return found.map(({ Names, Image, State, Created, Labels, Ports }) => {
    const project = Labels?.["run.cog.project"];
    const published = Ports?.find((port) => port.container_port === 5000);
    return {
      engine: options.tool,
      name: Names[0] ?? "",
      image: Image,
      state: State,
      startedAt: new Date(Created * 1000).toISOString(),
      ...(project !== undefined && { project }),
      ...(published !== undefined && { url: urlOf(published.host_ip, published.host_port) }),
    };
  });
}

/** One that listens everywhere is asked here. */
function urlOf(address: string | undefined, port: string | number | undefined): string {
  return `http://${address === "0.0.0.0" || !address ? "127.0.0.1" : address}:${port}`;
}
