import { UserError } from "@cog/core/errors";
import type { Volume } from "../engine.ts";

/** Without containers nothing is mounted: the model sees this machine's files, at their own paths. */
export function mustBeInPlace({ source, target }: Volume): void {
  if (source === target) return;
  throw new UserError(
    "volume.local",
    `-v ${source}:${target} needs a container: locally a model sees files where they are.`,
    {
      hint: `Let the model read ${source} (by a variable, -e), or use --engine docker.`,
    },
  );
}
