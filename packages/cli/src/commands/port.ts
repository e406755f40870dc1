/** Ports to listen on: what may be typed, and what to say when the system gives none. */
import { createServer } from "node:net";
import { UnavailableError } from "@cog/core/errors";

export interface PortPlace {
  readonly host: string;
  readonly port: number;
  /** The flag that chooses another one. */
  readonly flag: string;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use",
  EACCES: "may not be opened by you",
  EADDRNOTAVAIL: "cannot be opened: this machine has no such address",
  ENOTFOUND: "cannot be opened: there is no host of that name",
};

/** Returns what is wrong with a port as typed. */
export function checkPortNumber(value: string): string | undefined {
  return /^\d{1,5}$/.test(value) && Number(value) < 65536 ? undefined : "expected a port number";
}

/** A port that is taken is told before anything is built. Returns it, or a free one in place of 0. */
export async function checkPort(place: PortPlace): Promise<number> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(place.port, place.host, resolve);
    });
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : place.port;
  } catch (error) {
    throw portError(error, place);
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

/** What a server that cannot listen said, in words with a next step; anything else as it is. */
export function portError(error: unknown, { host, port, flag }: PortPlace): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = REASONS[code];
  if (reason === undefined) return error;
  const isHost = code === "EADDRNOTAVAIL" || code === "ENOTFOUND";
  return new UnavailableError("port.taken", `Port ${port} on ${host} ${reason}`, {
    hint: isHost
      ? "Name an address of this machine with --host: 127.0.0.1, or 0.0.0.0 for all."
      : `Choose another one with ${flag}.`,
    cause: error,
  });
}

/** Where it is reached, for people. */
export function addressOf(host: string, port: number): string {
  if (host === "127.0.0.1" || host === "localhost" || host === "::1") return `http://localhost:${port}`;
  return host === "0.0.0.0" ? `http://0.0.0.0:${port} (http://localhost:${port})` : `http://${host}:${port}`;
}
