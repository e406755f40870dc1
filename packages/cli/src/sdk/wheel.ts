import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { CogError } from "@cog/core/errors";
import { carriedSdk, WHEEL } from "./carried.ts";

export interface WheelOptions {
  /** The interpreter that this program was installed for, when it came by pip. */
  readonly ownPython: string | undefined;
  /** Where a wheel that has to be packed again is put. */
  readonly cacheDirectory: string;
}

export interface Wheel {
  readonly file: string;
  readonly version: string;
}

/** The Python package that belongs to this program, as a wheel: images install it from there. */
export function carriedWheel({ ownPython, cacheDirectory }: WheelOptions): Wheel {
  const sdk = carriedSdk();
  const file = sdk.kind === "wheel" ? sdk.file : packed(ownPython ?? "python3", join(cacheDirectory, "sdk"));
  const version = WHEEL.exec(basename(file))?.[1];
  if (version === undefined) throw new Error(`${file} is not a wheel of cog`);
  return { file, version };
}

function packed(python: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  try {
    return execFileSync(python, ["-I", "-m", "cog._cli.pack", folder], { encoding: "utf8" }).trim();
  } catch (error) {
    throw new CogError("sdk.missing", "The Python package that belongs to this cog could not be packed.", {
      hint: "Install cog again.",
      cause: error,
    });
  }
}
