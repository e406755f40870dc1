/** Models that outlived the command that started them: what they wrote, and their end. */
import type { ContainerEngine } from "#docker";
import type { KeptPlace } from "./engine.ts";

export interface LogOptions {
  readonly follow: boolean;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
}

/** What the model wrote so far; with `follow` also what it writes until it ends, or until the signal. */
export async function followLog(place: KeptPlace, options: LogOptions): Promise<void> {
  switch (place.engine) {
    case "local":
      return await (await import("./local/kept.ts")).followFile(place.log, options, place.pid);
    case "docker":
    case "podman":
      return await (await import("./docker/kept.ts")).followContainer(place, options);
  }
}

/** Polite stop, a bounded wait, then kill. Nothing of the model is left after it. */
export async function stopKept(place: KeptPlace, id: string): Promise<void> {
  switch (place.engine) {
    case "local":
      return await (await import("./local/kept.ts")).stopProcess(place.pid, id);
    case "docker":
    case "podman":
      return await (await import("./docker/kept.ts")).stopNamed(place);
  }
}

/** A container that some `cog` started. */
export interface Container {
  readonly engine: ContainerEngine;
  readonly name: string;
  /** Absent when it runs a finished image. */
  readonly project?: string;
  readonly image: string;
  /** As Docker says it: running, paused, … */
  readonly state: string;
  readonly startedAt: string;
  /** `http://HOST:PORT`, when it serves. */
  readonly url?: string;
}

/** Those of the engines that answer. */
export async function listContainers(
  tools: readonly ContainerEngine[],
  options: { readonly signal: AbortSignal },
): Promise<readonly Container[]> {
  const { containers } = await import("./docker/kept.ts");
  return (await Promise.all(tools.map((tool) => containers({ ...options, tool })))).flat();
}
