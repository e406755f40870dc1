/**
 * The Python package that belongs to this program: a wheel beside the bundle (`../cog-*.whl`, or `dist/` when it runs
 * from source), or, when the program itself came by pip, the package it lies in.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CogError } from "@cog/core/errors";

export type CarriedSdk =
  | { readonly kind: "wheel"; readonly file: string }
  /** A `site-packages` that holds `cog/`. */
  | { readonly kind: "installed"; readonly sitePackages: string };

/** The server's bundle, which Node runs without Python. */
export function carriedServer(): string {
  const own = dirname(fileURLToPath(import.meta.url));
  if (basename(own) === "_cli") {
    const installed = join(own, "..", "server", "server.mjs");
    if (existsSync(installed)) return installed;
  }
  for (let directory = own; ; directory = dirname(directory)) {
    const found = [directory, join(directory, "dist")].map((folder) => join(folder, "server.mjs")).find(existsSync);
    if (found !== undefined) return found;
    if (dirname(directory) === directory) break;
  }
  throw new CogError("sdk.missing", "The server (server.mjs) that belongs to this cog is missing.", {
    hint: "Install cog again, or run 'npm run build' in a clone.",
  });
}

export const WHEEL = /^cog-(.+)-py3-none-any\.whl$/;

export function carriedSdk(): CarriedSdk {
  const own = dirname(fileURLToPath(import.meta.url));
  if (basename(own) === "_cli" && existsSync(join(own, "..", "server", "server.mjs")))
    return { kind: "installed", sitePackages: join(own, "..", "..") };
  for (let directory = own; ; directory = dirname(directory)) {
    const file = newestWheel(directory) ?? newestWheel(join(directory, "dist"));
    if (file !== undefined) return { kind: "wheel", file };
    if (dirname(directory) === directory) break;
  }
  throw new CogError("sdk.missing", "The Python package (cog-*.whl) that belongs to this cog is missing.", {
    hint: "Install cog again, or run 'npm run build' in a clone.",
  });
}

function newestWheel(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  const wheels = readdirSync(directory)
    .filter((name) => WHEEL.test(name))
    .map((name) => join(directory, name));
  return wheels.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}
