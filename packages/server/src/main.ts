/** Entry of the prediction server. The only file that exits. */

import { rmSync } from "node:fs";
import { CogError } from "@cog/core/errors";
import { version } from "@cog/core/version";
import { givenTemporaryRoot, readInvocation, USAGE } from "#settings";
import { serve } from "./serve.ts";

process.exit(await main());

async function main(): Promise<number> {
  const root = givenTemporaryRoot(process.env);
  if (root !== undefined) process.once("exit", () => rmSync(root, { recursive: true, force: true }));
  try {
    const invocation = readInvocation(process.argv.slice(2), process.env);
    switch (invocation.action) {
      case "help":
        process.stdout.write(USAGE);
        return 0;
      case "version":
        process.stdout.write(`cog-server ${version}\n`);
        return 0;
      case "serve":
        return await serve(invocation.settings);
    }
  } catch (error) {
    if (!(error instanceof CogError)) throw error;
    process.stderr.write(`${error.message}${error.hint === undefined ? "" : `\n${error.hint}`}\n`);
    return error.code === "usage" ? 2 : 1;
  }
}
