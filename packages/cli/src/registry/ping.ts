/** `GET /v2/`: is this a registry, and does it know us? */
import type { Credentials } from "./auth.ts";
import { parseChallenge } from "./challenge.ts";
import { Connection } from "./connection.ts";
import { RegistryError } from "./errors.ts";
import { apiHost } from "./reference.ts";
import type { Answer, Transport } from "./transport.ts";

export interface PingOptions {
  readonly credentials: Credentials;
  readonly transport: Transport;
  readonly signal: AbortSignal;
}

/**
 * Resolves when the registry takes the credentials: `open` when it did not ask for any.
 * @throws RegistryError saying what it did instead
 */
export async function checkCredentials(
  host: string,
  { credentials, transport, signal }: PingOptions,
): Promise<"accepted" | "open"> {
  const first = await transport.send(transport.urlOf(apiHost(host), "/v2/"), { signal });
  if (first.status === 200 && isRegistry(first)) return "open";
  if (first.status !== 401 || parseChallenge(first.headers.get("www-authenticate")) === undefined) {
    throw new RegistryError("not-a-registry", `${host} does not answer like a registry (status ${first.status})`);
  }
  const connection = new Connection({ host, transport, credentials, retry: { attempts: 1, baseMs: 0 } });
  const second = await connection.send({ at: "/v2/", scopes: [], signal });
  if (second.status === 200) return "accepted";
  if (second.status === 403) throw new RegistryError("denied", `${host} knows this user, but does not let them in`);
  throw new RegistryError("unreachable", `${host} answered with status ${second.status}`);
}

/** Any web server may answer with 200; a registry says what it is, or at least speaks JSON. */
function isRegistry({ headers }: Answer): boolean {
  return headers.get("docker-distribution-api-version") !== null || /json/.test(headers.get("content-type") ?? "");
}
