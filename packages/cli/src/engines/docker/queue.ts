/** How a container comes to the Redis of its queue. */
import { UserError } from "@cog/core/errors";
import { type ContainerEngine, remoteDaemon } from "#docker";
import type { Context, QueuePlace } from "../engine.ts";

export interface QueueAccess {
  /** Handed on by name: arguments can be seen by everybody, and the URL may hold a password. */
  readonly env: Readonly<Record<string, string>>;
  /** The container has this machine's network for its own, where what listens on loopback only can be reached. */
  readonly sharesNetwork: boolean;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** A URL that leads to this machine would lead a container to itself. */
export async function queueAccess(
  { url, names }: QueuePlace,
  { tool, signal, report }: Context & { readonly tool: ContainerEngine },
): Promise<QueueAccess> {
  const env = { COG_REDIS_URL: url, COG_REDIS_QUEUE: names.join(",") };
  const place = new URL(url);
  if (!LOOPBACK.test(place.hostname)) return { env, sharesNetwork: false };
  const remote = tool === "docker" ? await remoteDaemon({ signal }) : undefined;
  if (remote !== undefined) {
    throw new UserError(
      "docker.remote_queue",
      `Docker runs on ${remote}, where ${place.host} is not this machine's Redis`,
      {
        hint: "Name Redis by an address that is the same there: --redis-url redis://HOST:6379",
      },
    );
  }
  if (process.platform === "linux") {
    report.info(`Redis at ${place.host} is on this machine: the container shares its network`);
    return { env, sharesNetwork: true };
  }
  // There containers run in a virtual machine, which has a name for this one.
  place.hostname = "host.docker.internal";
  report.info(`Redis at ${new URL(url).host} is on this machine, which the container knows as ${place.hostname}`);
  return { env: { ...env, COG_REDIS_URL: place.href }, sharesNetwork: false };
}
