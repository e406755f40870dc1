import { constants } from "node:fs";
import { copyFile, link } from "node:fs/promises";

/** The same bytes under another path: a hard link, else what the file system copies without writing, else a copy. */
export async function shareFile(from: string, to: string, { copies }: { readonly copies: boolean }): Promise<void> {
  try {
    await link(from, to);
  } catch {
    await copyFile(from, to, copies ? constants.COPYFILE_FICLONE : constants.COPYFILE_FICLONE_FORCE);
  }
}
