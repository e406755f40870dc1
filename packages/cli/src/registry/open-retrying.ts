/** Requests to any server, with the patience that registries get. */
import { busyError } from "./refusal.ts";
import { type RetryPolicy, retrying } from "./retry.ts";
import type { OpenAnswer, Request, Transport } from "./transport.ts";

/** Asks until there is an answer that is not "later". Only for what can be asked twice. */
export async function openRetrying(
  transport: Transport,
  url: URL,
  { retry, ...request }: Request & { readonly retry: RetryPolicy },
): Promise<OpenAnswer> {
  return await retrying(
    async () => {
      const answer = await transport.open(url.href, request);
      const busy = busyError(answer, url.host);
      if (busy === undefined) return answer;
      await answer.discard();
      throw busy;
    },
    { ...retry, signal: request.signal },
  );
}
