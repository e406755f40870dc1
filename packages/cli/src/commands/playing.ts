/** `cog playground`: the page for any model's server, until told to stop. */
import { type PlaygroundOptions, type RunningPlayground, startPlayground } from "#playground";
import { openOnDesktop } from "#ui";
import type { CommandContext } from "./command.ts";
import { aborted } from "./interrupt.ts";
import type { PlaygroundFlags } from "./playground.ts";
import { portError } from "./port.ts";

export async function playWith(flags: PlaygroundFlags, { report, signal }: CommandContext): Promise<number> {
  const { host, target, "webhook-host": webhookHost } = flags;
  const options = { host, target, webhookHost, port: Number(flags.port) };
  const playground = await openPlayground(options, "-p");
  try {
    const address = playgroundAddress(host, playground.port);
    report.info(`Cog playground running at ${address}`);
    report.info("Press Ctrl+C to stop.");
    if (!flags["no-open"]) openOnDesktop(address);
    await aborted(signal);
    return 0;
  } finally {
    await playground.close();
  }
}

/** @param flag that chooses another port */
export async function openPlayground(options: PlaygroundOptions, flag: string): Promise<RunningPlayground> {
  try {
    return await startPlayground(options);
  } catch (error) {
    throw portError(error, { ...options, flag });
  }
}

/** Where this machine's browser finds it: it answers at no other address. */
export function playgroundAddress(host: string, port: number): string {
  const isEverywhere = host === "0.0.0.0" || host === "::";
  return `http://${isEverywhere ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host}:${port}/`;
}
