/** Where things are in this repository; every script starts from here, whatever the working directory. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
/** Where the build goes; elsewhere for the test that builds twice. */
export const dist = process.env["COG_DIST"] ?? join(root, "dist");

/** A path of this repository. */
export function at(...parts: string[]): string {
  return join(root, ...parts);
}
