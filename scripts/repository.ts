/** Where things are in this repository; every script starts from here, whatever the working directory. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const dist = join(root, "dist");

/** A path of this repository. */
export function at(...parts: string[]): string {
  return join(root, ...parts);
}
