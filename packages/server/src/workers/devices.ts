/** With several workers each one sees a GPU of its own. */
import { readdirSync } from "node:fs";

/** The value of CUDA_VISIBLE_DEVICES for the worker `index` of `workers`; undefined: leave it as it is. */
export function deviceFor(
  { index, workers }: { readonly index: number; readonly workers: number },
  devices: readonly string[],
): string | undefined {
  return workers > 1 && devices.length > 1 ? devices[index % devices.length] : undefined;
}

/** The devices that this process may use. */
export function visibleDevices(visible: string | undefined): readonly string[] {
  if (visible !== undefined) return visible.split(",").filter((name) => name !== "");
  try {
    return readdirSync("/dev").flatMap((name) => /^nvidia(\d+)$/.exec(name)?.[1] ?? []);
  } catch {
    return []; // No /dev: no GPUs that we could share out.
  }
}
