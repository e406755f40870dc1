import { createServer } from "node:net";

/** A port of the loopback interface that nothing listens on right now. */
export async function freePort(): Promise<number> {
  const port = await tryListen(0, "127.0.0.1");
  if (port === undefined) throw new Error("no free port on the loopback interface");
  return port;
}

export async function isFree(port: number, host: string): Promise<boolean> {
  return (await tryListen(port, host.replaceAll(/[[\]]/g, ""))) !== undefined;
}

/** Listens for a moment; the port, or undefined when it is taken. An address that is not ours is Docker's to refuse. */
function tryListen(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE" ? undefined : port));
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : port));
    });
  });
}
