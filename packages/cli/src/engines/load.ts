import type { Engine, EngineName } from "./engine.ts";
import type { LocalSettings } from "./local/settings.ts";

/** Engines are loaded when they are chosen: what runs locally needs nothing of Docker's, and the other way round. */
export async function loadEngine(name: EngineName, settings: LocalSettings): Promise<Engine> {
  switch (name) {
    case "docker":
    case "podman":
      return (await import("./docker/engine.ts")).containerEngine(name);
    case "local":
      return (await import("./local/engine.ts")).localEngine(settings);
  }
}

/** What a doctor asks of this machine. */
export async function examineLocally(): Promise<typeof import("./local/examine.ts")> {
  return await import("./local/examine.ts");
}
