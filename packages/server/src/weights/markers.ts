/** How far a weight is, by what whoever brings it has written into its target. Nothing of the files is looked at. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { WEIGHT_MARKERS } from "@cog/core/wire";

export type Arrival =
  | { readonly state: "ready" }
  | { readonly state: "failed"; readonly reason: string }
  | { readonly state: "downloading" }
  /** Nobody has begun. */
  | { readonly state: "absent" };

/** What a directory may hold that nobody put there: marks, and what a new file system has. */
const NO_FILES = new Set<string>([WEIGHT_MARKERS.folder, "lost+found"]);

export async function arrivalOf(target: string): Promise<Arrival> {
  const marker = (name: "ready" | "failed" | "downloading") =>
    join(target, WEIGHT_MARKERS.folder, WEIGHT_MARKERS[name]);
  if (await isThere(marker("ready"))) return { state: "ready" };
  const reason = await readFile(marker("failed"), "utf8").catch(() => undefined);
  if (reason !== undefined) return { state: "failed", reason: reason.trim() };
  if (await isThere(marker("downloading"))) return { state: "downloading" };
  // A directory that is mounted, or part of the image, has no marks: what is there is all of it.
  const names = await readdir(target).catch(() => []);
  return { state: names.some((name) => !NO_FILES.has(name)) ? "ready" : "absent" };
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
