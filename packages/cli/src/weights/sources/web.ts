/** Requests to servers that files come from: tried again while they are busy, with words about what they refuse. */
import { UnavailableError, UserError } from "@cog/core/errors";
import { withoutCredentials } from "@cog/core/redact";
import { type OpenAnswer, openRetrying, RegistryError, type Transport } from "#registry";

export interface WebRequest {
  readonly method?: "GET" | "HEAD";
  /** Sent to this host, and to none that it redirects to. */
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Three more attempts after the first. */
const RETRY = { attempts: 4, baseMs: 1000 };

/** Ends with an answer of status 200, whose body is still to be read, or with what `refused` says of another. */
export async function openWeb(
  transport: Transport,
  url: URL,
  { method = "GET", token, headers: given = {}, signal }: WebRequest,
  refused: (answer: OpenAnswer) => UserError | undefined | Promise<UserError> = () => undefined,
): Promise<OpenAnswer> {
  const headers = {
    ...given,
    "accept-encoding": "identity",
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const shown = shownUrl(url);
  try {
    const answer = await openRetrying(transport, url, { method, headers, signal, retry: RETRY });
    if (answer.status === 200) return answer;
    const why = await refused(answer);
    await answer.discard();
    throw (
      why ?? new UserError("weights.source", `Cannot read ${shown}: ${url.host} answers with status ${answer.status}`)
    );
  } catch (error) {
    throw explained(error, shown);
  }
}

/** What breaks off in the middle of a body is told like what fails before it. */
export async function* bodyOf(answer: OpenAnswer, url: URL): AsyncGenerator<Uint8Array> {
  try {
    yield* answer.body;
  } catch (error) {
    throw explained(error, shownUrl(url));
  }
}

function explained(error: unknown, shown: string): unknown {
  if (!(error instanceof RegistryError)) return error;
  return new UnavailableError("weights.unreachable", `Cannot read ${shown}: ${error.message}`, {
    cause: error,
    hint: "Check the network and the proxy, and run the command again: what is here already is kept.",
  });
}

/** Queries hold signatures. */
function shownUrl(url: URL): string {
  return withoutCredentials(`${url.origin}${url.pathname}`);
}
