import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 20;

/** A port of the loopback interface that nothing listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("a TCP server has no address");
  return address.port;
}

/** Resolves when something accepts connections on a port of this machine. */
export async function listens(port: number, signal: AbortSignal): Promise<void> {
  while (!(await accepts(port))) await delay(POLL_MS, undefined, { signal });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => finish(true)).once("error", () => finish(false));
  });
}
