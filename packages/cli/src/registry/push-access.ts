/** May we push there? Asked by beginning an upload, which is what tells on every registry, and taking it back. */
import { Authenticator, type Credentials } from "./auth.ts";
import { parseChallenge } from "./challenge.ts";
import { RegistryError } from "./errors.ts";
import { apiHost, type Reference } from "./reference.ts";
import type { Answer, Transport } from "./transport.ts";

export interface PushAccessOptions {
  /** Absent: as anybody. */
  readonly credentials: Credentials | undefined;
  readonly transport: Transport;
  readonly signal: AbortSignal;
}

/**
 * Resolves when the registry takes pushes to this repository from us.
 * @throws RegistryError saying what it did instead
 */
export async function checkPushAccess(
  { host, repository }: Pick<Reference, "host" | "repository">,
  { credentials, transport, signal }: PushAccessOptions,
): Promise<void> {
  const url = transport.urlOf(apiHost(host), `/v2/${repository}/blobs/uploads/`);
  const begin = async (authorization: string | undefined): Promise<Answer> =>
    await transport.send(url, { method: "POST", headers: headersOf(authorization), body: "", signal });
  let answer = await begin(undefined);
  let authorization: string | undefined;
  const challenge = answer.status === 401 ? parseChallenge(answer.headers.get("www-authenticate")) : undefined;
  if (challenge !== undefined) {
    const authenticator = new Authenticator({ credentials, transport });
    const scopes = [`repository:${repository}:pull,push`];
    authorization = await authenticator.authorization(challenge, { scopes, signal });
    if (authorization === undefined) throw new RegistryError("unauthorized", `${host} wants a user and a password`);
    answer = await begin(authorization);
    // Who has a token is known: this one is not good for a push.
    if (answer.status === 401 && credentials !== undefined && challenge.scheme === "bearer")
      throw new RegistryError("denied", `${host} knows this user, but does not let them push to ${repository}`);
  }
  if (answer.status === 202) return await takeBack(answer, { url, authorization, transport, signal });
  throw await refusal(answer, { host, repository });
}

async function refusal(answer: Answer, { host, repository }: Pick<Reference, "host" | "repository">) {
  switch (answer.status) {
    case 401:
      return new RegistryError("unauthorized", `${host} does not know this user and password`);
    case 403:
      return new RegistryError("denied", `${host} does not let this user push to ${repository}`);
    case 404:
      return (await answer.text()).includes("NAME_UNKNOWN")
        ? new RegistryError("unknown-repository", `${host} has no repository ${repository}`)
        : new RegistryError("not-a-registry", `${host} does not answer like a registry (status 404)`);
    default:
      return new RegistryError("unreachable", `${host} answered with status ${answer.status}`);
  }
}

interface Begun {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly transport: Transport;
  readonly signal: AbortSignal;
}

/** What is left begun, registries throw away by themselves after a while. */
async function takeBack(answer: Answer, { url, authorization, transport, signal }: Begun): Promise<void> {
  const location = answer.headers.get("location");
  if (location === null || !URL.canParse(location, url)) return;
  const upload = new URL(location, url);
  const isSameHost = upload.origin === new URL(url).origin;
  const headers = headersOf(isSameHost ? authorization : undefined);
  await transport.send(upload.href, { method: "DELETE", headers, signal }).catch(() => signal.throwIfAborted());
}

function headersOf(authorization: string | undefined): Record<string, string> {
  return authorization === undefined ? {} : { authorization };
}
