import { UserError } from "@cog/core/errors";

/** An address is told from a port by holding more than digits. */
const PORTS = /^(?:(\[.+\]|[^:]*[^:\d][^:]*):)?(?:(\d+):)?(\d+)$/;

/**
 * What Docker is told to publish: `8000` on the loopback interface only, `0.0.0.0:8000` and `[::1]:8000` where they say,
 * `8001:8000` as port 8001 of this machine.
 */
export function publishArgument(text: string): string {
  const [, host = "127.0.0.1", here, inside] = PORTS.exec(text) ?? [];
  const ports = [here ?? inside, inside].map(Number);
  if (ports.every((port) => port >= 1 && port <= 65535)) return [host, ...ports].join(":");
  throw new UserError("exec.port", `invalid port "${text}": expected PORT or HOST:PORT, with a port from 1 to 65535`, {
    hint: "-p 8001:8000 is the container's port 8000 as port 8001 of this machine.",
  });
}
