/** `cog serve --playground`: the page that is there as long as the model is. */
import { UserError } from "@cog/core/errors";
import type { Surroundings } from "#engines";
import type { RunningPlayground } from "#playground";
import { reporterWith } from "#report";
import type { CommandContext } from "./command.ts";
import { chooseEngine } from "./engine.ts";
import { openPlayground, playgroundAddress } from "./playing.ts";
import type { ServeFlags } from "./serve.ts";

/** Containers send their webhooks to this machine's addresses, so it listens on all; the page is this machine's only. */
const HOST = "0.0.0.0";

/** One port cannot be both. */
export function checkPlaygroundPort({ port, "playground-port": playgroundPort }: ServeFlags): void {
  if (Number(port) === Number(playgroundPort) && Number(port) !== 0)
    throw new UserError("port.same", `playground port ${playgroundPort} must differ from the model port ${port}`, {
      hint: "Choose another one with --playground-port.",
    });
}

/** Opens the page for a model that is still to be started. */
export async function openBesideModel(
  { flags, volumes }: { readonly flags: ServeFlags; readonly volumes: Surroundings["volumes"] },
  context: CommandContext,
): Promise<RunningPlayground> {
  const { report } = context;
  // Which engine it is will be said when it is needed.
  const { name } = await chooseEngine(
    { ...context, report: reporterWith(report, { info: () => {} }) },
    { docker: false, volumes },
  );
  const isEverywhere = flags.host === "0.0.0.0" || flags.host === "::";
  const options = {
    host: HOST,
    port: Number(flags["playground-port"]),
    target: `http://${isEverywhere || flags.host === "127.0.0.1" ? "localhost" : flags.host}:${flags.port}`,
    webhookHost: name === "local" ? "127.0.0.1" : "host.docker.internal",
  };
  const playground = await openPlayground(options, "--playground-port");
  report.info(`Playground at ${playgroundAddress("localhost", playground.port)}`);
  return playground;
}
