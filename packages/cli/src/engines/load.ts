import type { Engine, EngineName } from "./engine.ts";
import type { LocalSettings } from "./local/settings.ts";

/** Engines are loaded when they are chosen: what runs locally needs nothing of Docker's, and the other way round. */
export async function loadEngine(name: EngineName, settings: LocalSettings): Promise<Engine> {
  switch (name) {
    case "docker":
      return (await import("./docker/engine.ts")).dockerEngine;
    case "local":
      return (await import("./local/engine.ts")).localEngine(settings);
  }
}
