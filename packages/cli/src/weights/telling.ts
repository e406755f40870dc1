import type { LockedWeight, WeightEvent } from "@cog/core/wire";
import type { Reporter } from "#report";

/** What a long story needs besides its subject: somebody to tell, and a way to be broken off. */
export interface Telling {
  readonly report: Reporter;
  readonly signal: AbortSignal;
  /** For programs (`--json`); absent where nobody listens. */
  readonly emit?: ((event: WeightEvent) => void) | undefined;
}

type Ended = Extract<WeightEvent, { readonly event: "weight"; readonly digest: string }>;

/** That one is where it was to be. */
export function weightEvent(
  { name, target, digest, setDigest, size, files, layers }: Omit<LockedWeight, "sources" | "importedAt">,
  state: Ended["state"],
): Ended {
  const counts = { fileCount: files.length, layerCount: layers.length };
  return { event: "weight", name, target, state, digest, setDigest, size, ...counts };
}

/** How often a layer that moves is told of. */
const PROGRESS_MS = 250;

type Layer = Extract<WeightEvent, { readonly event: "layer" }>;

/** Every change of state of a layer, and between them its progress now and then. */
export function layerEvents(emit: Telling["emit"]): (layer: Omit<Layer, "event">) => void {
  if (emit === undefined) return () => undefined;
  const told = new Map<string, { readonly state: string; readonly at: number }>();
  return (layer) => {
    const before = told.get(layer.digest);
    const now = performance.now();
    if (before !== undefined && before.state === layer.state && now - before.at < PROGRESS_MS) return;
    told.set(layer.digest, { state: layer.state, at: now });
    emit({ event: "layer", ...layer });
  };
}
