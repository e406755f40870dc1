/** How many layers of a push are where they shall be, from the lines that the tools print where nobody watches. */

export interface PushProgress {
  readonly done: number;
  readonly layers: number;
}

const LAYER = /^([0-9a-f]{12,}): (.+)$/;
const DONE = /^(Pushed|Layer already exists|Mounted from .*)$/;
/** Podman and Buildah tell only that they begin with a layer. */
const COPYING = /^Copying blob (?:sha256:)?([0-9a-f]{12,})/;

/** Takes the output as it comes, in pieces of any size. */
export function pushProgress(onProgress: (progress: PushProgress) => void): (text: string) => void {
  const layers = new Map<string, boolean>();
  let rest = "";
  return (text) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [, layer = COPYING.exec(line)?.[1], state = ""] = LAYER.exec(line) ?? [];
      if (layer === undefined) continue;
      layers.set(layer, DONE.test(state));
      onProgress({ done: [...layers.values()].filter((isDone) => isDone).length, layers: layers.size });
    }
  };
}
