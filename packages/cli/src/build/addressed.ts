/**
 * The folders of the context's `build/` get names made from what is in them. Podman and Buildah know a step by its words
 * and not by the files it is shown: under the same name they would keep the packages of an older requirements.txt.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { type BuildPlan, STAGED_FOLDERS, type StagedFile } from "#plan";

export async function addressed(plan: BuildPlan): Promise<BuildPlan> {
  const names = await Promise.all(
    STAGED_FOLDERS.map(async (folder) => [folder, `${folder}-${await digestOf(filesIn(plan.files, folder))}`] as const),
  );
  const folders = Object.fromEntries(names) as BuildPlan["folders"];
  const files = plan.files.map((file) => {
    const folder = STAGED_FOLDERS.find((name) => file.path.startsWith(`${name}/`));
    return folder === undefined ? file : { ...file, path: folders[folder] + file.path.slice(folder.length) };
  });
  return { ...plan, folders, files };
}

function filesIn(files: readonly StagedFile[], folder: string): StagedFile[] {
  return files.filter(({ path }) => path.startsWith(`${folder}/`));
}

async function digestOf(files: readonly StagedFile[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`\0${file.path}\0`);
    if ("text" in file) hash.update(file.text);
    else await pipeline(createReadStream(file.from), hash, { end: false });
  }
  return hash.digest("hex").slice(0, 12);
}
