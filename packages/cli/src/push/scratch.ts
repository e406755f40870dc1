/** A folder for one push or build of code: gone afterwards, however it ends. */
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export async function withScratch<T>(act: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "cog-push-"));
  // A second Ctrl-C ends the program where it stands.
  const onExit = () => rmSync(directory, { recursive: true, force: true });
  process.once("exit", onExit);
  try {
    return await act(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
    process.removeListener("exit", onExit);
  }
}
