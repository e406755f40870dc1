/** Entry of the prediction server. The only file that exits. */

import { rmSync } from "node:fs";
import { CogError } from "@cog/core/errors";
import { version } from "@cog/core/version";
import { runGateway } from "#gateway";
import { GATEWAY_USAGE, givenTemporaryRoot, readGatewayInvocation, readInvocation } from "#settings";
import { notify } from "./notify.ts";
import { serve } from "./serve.ts";

process.exit(await main());

async function main(): Promise<number> {
  const root = givenTemporaryRoot(process.env);
  if (root !== undefined) process.once("exit", () => rmSync(root, { recursive: true, force: true }));
  try {
    if (process.env["COG_ENTRY"] === "gateway") return await gateway();
    const invocation = readInvocation(process.argv.slice(2), process.env);
    switch (invocation.action) {
      case "help":
        process.stdout.write(invocation.usage);
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

async function gateway(): Promise<number> {
  const invocation = readGatewayInvocation(process.argv.slice(2), process.env);
  switch (invocation.action) {
    case "help":
      process.stdout.write(GATEWAY_USAGE);
      return 0;
    case "serve": {
      const { settings } = invocation;
      return await runGateway({
        settings,
        onListening: (port) => notify(settings.notifyFd, { event: "listening", port }),
      });
    }
  }
}
