/** The page and what it loads: files beside the bundle, or in `dist/cli/` when the program runs from source. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CogError } from "@cog/core/errors";

export interface Asset {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Inputs are checked by a worker that compiles the model's schema to code, which the page itself may not. It sees
 * neither the page nor the network.
 */
const CHECKER_POLICY = "default-src 'none'; script-src 'self' 'unsafe-eval'";

const ASSETS: readonly { path: string; file: string; type: string; policy?: string }[] = [
  { path: "/", file: "playground.html", type: "text/html; charset=utf-8" },
  { path: "/playground.js", file: "playground.js", type: "text/javascript; charset=utf-8" },
  { path: "/playground.css", file: "playground.css", type: "text/css; charset=utf-8" },
  {
    path: "/playground-checker.js",
    file: "playground-checker.js",
    type: "text/javascript; charset=utf-8",
    policy: CHECKER_POLICY,
  },
];

/** All of them by path, read once. */
export function readAssets(): ReadonlyMap<string, Asset> {
  const folder = assetFolder();
  return new Map(
    ASSETS.map(({ path, file, type, policy }) => {
      const headers = {
        "Content-Type": type,
        "Cache-Control": "no-cache",
        ...(policy !== undefined && { "Content-Security-Policy": policy }),
      };
      return [path, { body: readFileSync(join(folder, file)), headers }];
    }),
  );
}

function assetFolder(): string {
  const own = dirname(fileURLToPath(import.meta.url));
  for (let directory = own; ; directory = dirname(directory)) {
    const found = [directory, join(directory, "dist", "cli")].find((one) => existsSync(join(one, "playground.html")));
    if (found !== undefined) return found;
    if (dirname(directory) === directory) break;
  }
  throw new CogError("playground.missing", "The page of the playground is missing.", {
    hint: "Install cog again, or run 'npm run build' in a clone.",
  });
}
