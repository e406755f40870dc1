/** Containers of earlier commands, known by their labels. */
import { docker, ping, spawn } from "#docker";
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
  readonly Labels: string;
  readonly Ports: string;
}

export async function containers({ signal }: { readonly signal: AbortSignal }): Promise<readonly Container[]> {
  if ((await ping({ signal })) !== "answers") return [];
  const args = ["ps", "--all", "--no-trunc", "--filter", "label=run.cog.cli=1", "--format"];
  // The label by itself: in the list of all labels a comma in a path could not be told from the next label.
  const { stdout } = await docker([...args, '{"project":{{json (.Label "run.cog.project")}},"rest":{{json .}}}'], {
    signal,
  });
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { project, rest } = JSON.parse(line) as { readonly project: string; readonly rest: Listed };
      const published = /([\d.]+|\[[\da-f:]+\]):(\d+)->5000\/tcp/.exec(rest.Ports);
      const host = published?.[1] === "0.0.0.0" ? "127.0.0.1" : published?.[1];
      return {
        name: rest.Names,
        image: rest.Image,
        state: rest.State,
        startedAt: new Date(rest.CreatedAt.replace(/ [A-Z]+$/, "")).toISOString(),
        ...(project !== "" && { project }),
        ...(published !== null && { url: `http://${host}:${published[2]}` }),
      };
    });
}
